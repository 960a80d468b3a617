#pragma once
// What the host offers to plugins: log, clocks, room for long error texts.

#include <string>

#include "tally/plugin_abi.h"

namespace tally::plugins {

/// A host table whose log lines carry the plugin's name. Lives as long as the process.
const tally_host& hostServicesFor(const std::string& plugin);

/// One line to the log of the process, in the host's own words.
void logWarning(const std::string& plugin, const std::string& text);

/// The whole text that a plugin attached to `error` on this thread, which is forgotten by this call; empty if none.
std::string takeErrorDetail(const tally_error& error);

}  // namespace tally::plugins
