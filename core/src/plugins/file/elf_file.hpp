#pragma once
// Reads just enough of an ELF file to know, without running it, that it is whole and what its tally note says.
// A shared library that was cut short kills the process inside dlopen with SIGBUS; here it is an error.

#include <cstdint>
#include <filesystem>
#include <string>

#include "plugins/file/file_state.hpp"

namespace tally::plugins {

/// An open plugin file: the descriptor stays open while it is checked, so that all checks see one file.
class ElfFile {
 public:
  /// Errors: PluginNotFound, PluginNotAFile, PermissionDenied, Exhausted; none of them names the file. Never blocks,
  /// also not on a FIFO.
  explicit ElfFile(const std::filesystem::path& path);
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile();

  /// The descriptor text of the tally note.
  /// Errors: PluginNotElf, PluginWrongMachine, PluginTruncated, PluginNoNote, PluginLoadFailed (executable stack).
  /// Cost: two to four small reads.
  std::string noteText() const;

  int descriptor() const noexcept { return descriptor_; }
  std::uint64_t size() const noexcept { return state_.size; }
  /// As it was when it was opened.
  const FileState& state() const noexcept { return state_; }

 private:
  int descriptor_ = -1;
  FileState state_;
};

}  // namespace tally::plugins
