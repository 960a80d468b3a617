#pragma once
// The way from a backend's name to a plugin in the process, one refusal code a step.

#include <memory>
#include <string>
#include <vector>

#include "plugins/file/plugin_checks.hpp"
#include "plugins/load/loaded_plugin.hpp"
#include "tally/config.hpp"
#include "tally/plugin_info.hpp"
#include "tally/storage.hpp"

namespace tally::plugins {

/// A plugin ready to create storages; loaded once a process, however often it is asked for.
/// Errors: also Timeout and Cancelled, of the wait for others and of the trial; what the dynamic linker and the
/// plugin's init do takes its time. Closed after shutdownPlugins. Threads: any; the same file is loaded by one thread,
/// the others wait.
PluginUse loadPlugin(const Config& config, const std::string& backend, const StepObserver& observe,
                     const Call& call = {});

/// Check the options and create a storage.
std::unique_ptr<IStorage> openStorage(const Config& config, PluginUse plugin, const Call& call,
                                      const StepObserver& observe);

}  // namespace tally::plugins
