#pragma once
// Which plugins survived a probe, so that not every process asks again.

#include <filesystem>
#include <string>

#include "plugins/file/file_state.hpp"

namespace tally::plugins {

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
