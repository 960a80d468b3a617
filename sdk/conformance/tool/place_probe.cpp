// What a storage is like: who sees what was written, and whether keys are files. Asked in child processes.
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "isolate.hpp"
#include "plugin_harness.hpp"
#include "tally/conformance/runner.hpp"

namespace tally::conformance {
namespace {

constexpr int kProbeSeconds = 60;
constexpr std::string_view kKey = "probe/x", kValue = "written by tally-conformance";

/// Run `action` in a child; what it throws is why the storage can't be tested.
template <typename Action>
std::string asked(const std::filesystem::path& file, Action&& action) {
  const ChildAnswer answer = inChild(kProbeSeconds, [&] {
    try {
      return std::string("=") + action();
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
  });
  if (answer.crash.empty() && answer.text.substr(0, 1) == "=") return answer.text.substr(1);
  throw CantOpen(fmt::format("can't test {}: {}", file.string(), answer.crash.empty() ? answer.text : answer.crash));
}

bool holdsProbe(IStorage& storage) {
  const auto stat = storage.stat(kKey, Call());
  return stat && !stat->is_directory && storage.read(kKey) == kValue;
}

bool isFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {}) == kValue;
}

}  // namespace

void PluginHarness::refuseForeignData() {
  const std::string found = asked(settings_.file, [&] {
    const auto storage = openWith(here());
    const auto entries = storage->list("");
    return entries.empty() ? std::string() : entries.front().path;
  });
  if (found.empty() || settings_.erase) return;
  throw CantOpen(
      fmt::format("the store is not empty: it holds '{}', and the kit empties it before each case. Name an empty one, "
                  "put {{place}} "
                  "into the option that tells stores apart, or say --erase",
                  found));
}

void PluginHarness::lookAtPlace() {
  refuseForeignData();
  const std::string seen = asked(settings_.file, [&] {
    const auto first = openWith(here());
    first->write(kKey, kValue);
    const auto other = openWith(here());
    const auto path = storePath();
    return std::string(holdsProbe(*other) ? "h" : "") + (!path.empty() && isFile(path / kKey) ? "f" : "");
  });
  keys_are_files_ = seen.find('f') != seen.npos;
  const bool lasting = asked(settings_.file, [&] { return holdsProbe(*openWith(here())) ? "y" : ""; }) == "y";
  if (!lasting) kind_ = seen.find('h') == seen.npos ? Kind::OneHandle : Kind::OneProcess;
  asked(settings_.file, [&] {
    clear();
    return std::string();
  });
}

}  // namespace tally::conformance
