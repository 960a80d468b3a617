#include "config/config_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "config/config_trust.hpp"
#include "config/fail.hpp"
#include "config/text.hpp"
#include "config/variables.hpp"

namespace tally::config {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void failToRead(const std::string& name, const std::string& reason) {
  throw Error(ErrorCode::ConfigNotFound, "configuration file " + name + " can't be read: " + reason);
}

// Any entry of that name is the configuration: a dangling link or a folder must become an error when it is read, since
// passing it by would quietly choose another store.
bool isThere(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::none) failToRead(path.string(), error.message());
  return fs::exists(status);
}

std::optional<ConfigFile> walkUp(const fs::path& start_dir) {
  for (fs::path dir = start_dir;; dir = dir.parent_path()) {
    for (const char* name : {"tally.yaml", "tally.yml"}) {
      const fs::path path = dir / name;
      if (isThere(path)) return ConfigFile{path, dir == start_dir ? name : path.string()};
    }
    if (dir == dir.parent_path()) return std::nullopt;
  }
}

}  // namespace

std::optional<ConfigFile> findConfigFile(const fs::path& named, const fs::path& start_dir,
                                         const ConfigSource::Environment& environment) {
  const auto resolved = [&](const fs::path& path) {
    return ConfigFile{(start_dir / path).lexically_normal(), path.string(), true};
  };
  if (!named.empty()) return resolved(named);
  if (const auto path = lookUp(environment, "TALLY_CONFIG")) return resolved(*path);
  return walkUp(start_dir);
}

std::string readConfigFile(ConfigFile& file) {
  const auto reason = [] { return std::generic_category().message(errno); };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.path.c_str(), "rbe"), &std::fclose);
  if (!stream) failToRead(file.path.string(), reason());
  file.doubt = doubtOf(file, ::fileno(stream.get()));
  std::string text;
  std::array<char, 16384> block{};
  while (text.size() <= kMaxFileBytes) {
    const std::size_t count = std::fread(block.data(), 1, block.size(), stream.get());
    text.append(block.data(), count);
    if (count == block.size()) continue;
    if (std::ferror(stream.get()) != 0) failToRead(file.path.string(), reason());
    break;
  }
  return text;
}

}  // namespace tally::config
