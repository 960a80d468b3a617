// Listing, inspecting and diagnosing plugins.

#include <algorithm>
#include <set>

#include "config/names.hpp"
#include "plugins/file/elf_library.hpp"
#include "plugins/load/plugin_search.hpp"
#include "plugins/load/registry.hpp"
#include "plugins/plugin_loader.hpp"
#include "tally/error.hpp"
#include "tally/extensions/health.hpp"
#include "tally/plugin_info.hpp"

namespace tally {
namespace {

const plugins::StepObserver kQuiet = [](const char*, const std::string&) {};

enum class Pins { Check, Leave };

// What can be known, and can refuse a file, before it is loaded.
void examine(const Config& config, const std::string& name, Pins pins, PluginFile& plugin) {
  const plugins::Candidate candidate(plugin.path);
  auto examined = plugins::examineFile(config, candidate, name, kQuiet);
  if (pins == Pins::Check) plugins::checkPin(config, examined, candidate.elf, kQuiet);
  plugin.note = std::move(examined.note);
  if (!examined.manifest) return;
  plugin.description = examined.manifest->description;
  plugin.replaces = examined.manifest->replaces;
}

PluginFile pluginAt(std::filesystem::path path, std::string place) {
  PluginFile file;
  file.path = std::move(path);
  file.place = std::move(place);
  return file;
}

PluginFile linkedIn(const plugins::LoadedPlugin& plugin) {
  PluginFile file = pluginAt({}, "linked into the program");
  file.note = plugin.note();
  return file;
}

/// Each finding as a step.
class HealthSteps final : public HealthSink {
 public:
  explicit HealthSteps(std::vector<LoadStep>& steps) : steps_(steps) {}
  void take(HealthLevel level, std::string_view subject, std::string_view text) override {
    steps_.push_back({"health",
                      level != HealthLevel::Fault,
                      std::string(subject).append(": ").append(text),
                      level == HealthLevel::Warning,
                      {}});
  }

 private:
  std::vector<LoadStep>& steps_;
};

}  // namespace

std::vector<PluginFile> listPlugins(const Config& config) {
  std::vector<PluginFile> all;
  std::set<std::string> seen;
  for (const auto& plugin : plugins::Registry::lock().linkedIn()) {
    all.push_back(linkedIn(*plugin));
    seen.insert(plugin->name());
  }
  for (const SearchPlace& place : searchPlaces(config)) {
    if (!place.ignored.empty()) continue;
    std::error_code failed;
    const auto files = plugins::pluginFilesIn(place.dir, failed);
    if (failed && failed != std::errc::no_such_file_or_directory && failed != std::errc::not_a_directory) {
      all.push_back(pluginAt(place.dir, place.why));
      all.back().refused = plugins::unreadablePlace(place, failed);
    }
    for (const auto& path : files) {
      const std::string name = plugins::backendOf(path);
      PluginFile file = pluginAt(path, place.why);
      file.shadowed = !seen.insert(name).second;
      try {
        examine(config, name, Pins::Check, file);
      } catch (const Error& refused) {
        file.refused = refused;
      }
      all.push_back(std::move(file));
    }
  }
  return all;
}

PluginFile inspectPlugin(const Config& config, const std::string& name) {
  const bool is_file = name.find('/') != name.npos;
  if (const auto plugin = plugins::Registry::lock().linkedIn(name)) return linkedIn(*plugin);
  const auto found =
      is_file ? plugins::Found{std::filesystem::absolute(name), "named"} : plugins::findPlugin(config, name);
  PluginFile file = pluginAt(found.path, found.place);
  try {
    // Who looks for the hash to pin must not be refused for want of it.
    examine(config, is_file ? std::string() : name, Pins::Leave, file);
    file.library = plugins::libraryOf(plugins::resolveFile(found.path).path);
  } catch (Error& error) {
    throw error.at("plugin", "inspect", found.path.string());
  }
  return file;
}

std::vector<LoadStep> diagnosePlugin(const Config& config, const std::string& name, const Call& call) {
  // The steps in the order they are taken; a refusal belongs to the first one that has not passed.
  static constexpr const char* kOrder[] = {"find", "trust", "file",    "note",   "manifest", "pin",   "probe",
                                           "open", "init",  "options", "create", "answer",   "health"};
  std::vector<LoadStep> steps;
  const plugins::StepObserver note = [&](const char* step, const std::string& detail) {
    steps.push_back({step, true, detail, false, {}});
  };
  const auto next = [&] {
    if (steps.empty()) return kOrder[0];
    const auto* last = std::find(std::begin(kOrder), std::end(kOrder), steps.back().name);
    return std::end(kOrder) - last > 1 ? *std::next(last) : *std::prev(std::end(kOrder));
  };
  try {
    Config wanted = config;
    if (name != config.storage.backend && config::isBackendName(name)) {
      wanted.storage.backend = name;
      wanted.storage.backend_origin = {"option"};
    }
    const auto storage = plugins::openStorage(wanted, plugins::loadPlugin(wanted, name, note, call), call, note);
    storage->stat("", call);
    note("answer", "the storage answers");
    HealthSteps findings(steps);
    if (auto* const health = storage->extension<Health>()) health->checkHealth(findings, call);
  } catch (const Error& refused) {
    steps.push_back({next(), false, std::string(nameOf(refused.code())) + ": " + refused.what(), false, refused});
  }
  return steps;
}

}  // namespace tally
