#pragma once
// A first load in a child process: a plugin whose constructors crash, hang or end the process does so there.

#include <filesystem>
#include <optional>
#include <string>

#include "plugins/file_state.hpp"

namespace tally::plugins {

/// Load the file in a child and ask for its descriptor. What the plugin prints there is dropped.
/// Errors: PluginProbeFailed: the signal, the time limit of 5 s, an exit without a word, or the helper is missing.
/// Threads: any. Cost: one posix_spawn of tally-plugin-probe.
void probe(const std::filesystem::path& file);

/// What an earlier probe of a file in this state saw. Kept in $XDG_CACHE_HOME/tally/probes (default ~/.cache), one
/// small file a plugin; without such a folder nothing is remembered, and every process probes anew.
class ProbeMemory {
 public:
  explicit ProbeMemory(const FileState& state);
  /// The file survived a probe in just this state. Cost: one open and one read.
  bool survived() const;
  /// Remember that it did. Never fails: at worst it is not remembered.
  void remember() const noexcept;

 private:
  std::filesystem::path file_;
  std::string verdict_;
};

}  // namespace tally::plugins
