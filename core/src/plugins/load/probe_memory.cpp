#include "plugins/load/probe_memory.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace tally::plugins {
namespace {

// Not for programs with raised rights: their user must not say what survived.
std::filesystem::path folder() {
  const char* const cache = ::secure_getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::filesystem::path(cache) / "tally/probes";
  const char* const home = ::secure_getenv("HOME");
  if (home != nullptr && *home == '/') return std::filesystem::path(home) / ".cache/tally/probes";
  return {};
}

}  // namespace

ProbeMemory::ProbeMemory(const FileState& state) : file_(folder()) {
  if (!file_.empty()) file_ /= std::to_string(state.device) + "-" + std::to_string(state.inode);
  verdict_ = "survived " + std::to_string(state.size) + " " + std::to_string(state.modified_ns) + " " +
             std::to_string(state.changed_ns) + "\n";
}

bool ProbeMemory::survived() const {
  if (file_.empty()) return false;
  std::string line;
  std::ifstream in(file_);
  return std::getline(in, line) && line + "\n" == verdict_;
}

void ProbeMemory::remember() const noexcept {
  try {
    if (file_.empty()) return;
    std::error_code failed;
    std::filesystem::create_directories(file_.parent_path(), failed);
    // Written beside and renamed: a reader sees all of the line or none.
    const auto fresh = file_.string() + "." + std::to_string(::getpid());
    if (!(std::ofstream(fresh, std::ios::trunc) << verdict_).flush()) return;
    std::filesystem::rename(fresh, file_, failed);
    if (failed) std::filesystem::remove(fresh, failed);
  } catch (const std::exception&) {
    return;  // the next process probes again
  }
}

}  // namespace tally::plugins
