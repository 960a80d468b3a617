// Listing, inspecting and diagnosing plugins.

#include <algorithm>
#include <set>

#include "plugins/plugin_loader.hpp"
#include "plugins/plugin_search.hpp"
#include "plugins/static_plugins.hpp"
#include "tally/error.hpp"
#include "tally/plugin_info.hpp"

namespace tally {
namespace {

const plugins::StepObserver kQuiet = [](const char*, const std::string&) {};

PluginFile examined(const Config& config, std::filesystem::path path, std::string place, const std::string& name) {
  PluginFile file{std::move(path), std::move(place), {}, {}, false};
  try {
    file.note = plugins::examine(config, file.path, name, kQuiet);
  } catch (const Error& refused) {
    file.refused = refused;
  }
  return file;
}

std::vector<std::filesystem::path> pluginFilesIn(const std::filesystem::path& dir) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(dir, failed)) {
    if (!plugins::backendOf(entry.path()).empty()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<PluginFile> listPlugins(const Config& config) {
  std::vector<PluginFile> all;
  std::set<std::string> seen;
  for (const auto& plugin : plugins::staticPlugins()) {
    all.push_back({{}, "linked into the program", plugin->note(), {}, false});
    seen.insert(plugin->name());
  }
  for (const SearchPlace& place : searchPlaces(config)) {
    if (!place.ignored.empty()) continue;
    for (const auto& path : pluginFilesIn(place.dir)) {
      const std::string name = plugins::backendOf(path);
      PluginFile file = examined(config, path, place.why, name);
      file.shadowed = !seen.insert(name).second;
      all.push_back(std::move(file));
    }
  }
  return all;
}

PluginFile inspectPlugin(const Config& config, const std::string& name) {
  if (name.find('/') != name.npos) {
    const std::filesystem::path path = std::filesystem::absolute(name);
    return {path, "named", plugins::examine(config, path, {}, kQuiet), {}, false};
  }
  for (const auto& plugin : plugins::staticPlugins()) {
    if (plugin->name() == name) return {{}, "linked into the program", plugin->note(), {}, false};
  }
  const plugins::Found found = plugins::findPlugin(config, name);
  try {
    return {found.path, found.place, plugins::examine(config, found.path, name, kQuiet), {}, false};
  } catch (Error& error) {
    throw error.at("plugin", "inspect", found.path.string());
  }
}

std::vector<LoadStep> diagnosePlugin(const Config& config, const std::string& name) {
  // The steps in the order they are taken; a refusal belongs to the first one that has not passed.
  static constexpr const char* kOrder[] = {"find", "trust", "file",    "note",   "pin",
                                           "open", "init",  "options", "create", "answer"};
  std::vector<LoadStep> steps;
  const plugins::StepObserver note = [&](const char* step, const std::string& detail) {
    steps.push_back({step, true, detail});
  };
  const auto next = [&] {
    if (steps.empty()) return kOrder[0];
    const auto* last = std::find(std::begin(kOrder), std::end(kOrder), steps.back().name);
    return last + 1 < std::end(kOrder) ? *(last + 1) : *last;
  };
  try {
    Config wanted = config;
    wanted.storage.backend = name;
    const auto storage = plugins::openStorage(wanted, plugins::loadPlugin(wanted, name, note), {}, note);
    storage->stat("");
    note("answer", "the storage answers");
  } catch (const Error& refused) {
    steps.push_back({next(), false, std::string(nameOf(refused.code())) + ": " + refused.what()});
  }
  return steps;
}

}  // namespace tally
