#pragma once
// What the host offers to plugins: log, clocks, room for long error texts.

#include <string>
#include <string_view>

#include "tally/plugin_abi.h"

namespace tally::plugins {

/// A host table whose log lines carry the plugin's name. Lives as long as the process.
const tally_host& hostServicesFor(const std::string& plugin);

/// One line to the log of the process, in the host's own words.
void logWarning(std::string_view plugin, std::string_view text) noexcept;

/// The error to which a plugin attached a whole text on this thread, if any. Reset before an error is filled anew,
/// which is on every call: so in the memory that the thread has from its beginning, one store away.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local const tally_error* detailed_error;

/// The whole text that a plugin attached to `error` on this thread, which is forgotten by this call; empty if none.
std::string takeErrorDetail(const tally_error& error);

}  // namespace tally::plugins
