#pragma once
// A first load in a child process: a plugin whose constructors crash, hang or end the process does so there.

#include <filesystem>

#include "tally/call.hpp"

namespace tally::plugins {

/// Load the file in a child and ask for its descriptor. What the plugin prints there is dropped.
/// Errors: PluginProbeFailed: the signal, the time limit of 5 s, an exit without a word, or the helper is missing;
/// Timeout and Cancelled of the call. The child is gone in any case.
/// Threads: any. Cost: one posix_spawn of tally-plugin-probe.
void probe(const std::filesystem::path& file, const Call& call);

}  // namespace tally::plugins
