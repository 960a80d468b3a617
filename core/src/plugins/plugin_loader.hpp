#pragma once
// The way from a backend's name to a plugin in the process, one refusal code a step.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "plugins/loaded_plugin.hpp"
#include "tally/config.hpp"
#include "tally/plugin_info.hpp"
#include "tally/storage.hpp"

namespace tally::plugins {

/// Told about each step as it passes. The refusal of a step is thrown instead.
using StepObserver = std::function<void(const char* step, const std::string& detail)>;

/// Find, check and read the note of a plugin file, running none of its code.
/// Errors: the Plugin* codes of search, trust, file and note.
PluginNote examine(const Config& config, const std::filesystem::path& file, const std::string& expected_name,
                   const StepObserver& observe);

/// A plugin ready to create storages; loaded once a process, however often it is asked for.
/// Threads: any; the same file is loaded by one thread, the others wait.
std::shared_ptr<LoadedPlugin> loadPlugin(const Config& config, const std::string& backend, const StepObserver& observe);

/// Check the options and create a storage.
std::unique_ptr<IStorage> openStorage(const Config& config, std::shared_ptr<LoadedPlugin> plugin, const Call& call,
                                      const StepObserver& observe);

}  // namespace tally::plugins
