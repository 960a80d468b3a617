#pragma once
// Plugins linked into the program.

#include <memory>
#include <vector>

#include "plugins/loaded_plugin.hpp"

namespace tally::plugins {

/// Those known so far, in the order they were added. Threads: any.
std::vector<std::shared_ptr<LoadedPlugin>> staticPlugins();

}  // namespace tally::plugins
