#pragma once
// A plugin in the process: its checked descriptor, initialised once, kept for ever.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/dynamic_library.hpp"
#include "plugins/file_state.hpp"
#include "tally/plugin_abi.h"
#include "tally/plugin_info.hpp"

namespace tally::plugins {

/// Where a plugin came from.
struct PluginSource {
  std::filesystem::path path;  ///< without links; empty for a linked-in one
  FileState state;
  /// A copy is loaded, not the file: nothing holds the file's inode, which may be given to another file one day.
  bool copied = false;

  bool isFile(const FileState& other) const noexcept { return copied ? state == other : state.sameFile(other); }
};

/// Threads: any, once constructed.
class LoadedPlugin {
 public:
  /// From a linked-in entry. Errors: PluginBadDescriptor, and those of checkNote.
  explicit LoadedPlugin(tally_plugin_entry entry);
  /// From a file that passed its checks and whose note is `note`; `target` is its name for the dynamic linker.
  /// Errors: PluginLoadFailed, PluginNoEntry, PluginBadDescriptor, PluginNoteDisagrees.
  LoadedPlugin(const std::filesystem::path& target, const PluginNote& note, PluginSource source);

  /// Call the plugin's init; the second call does nothing. Errors: PluginInitFailed with the plugin's words.
  /// Threads: one at a time.
  void init();
  /// Call the plugin's shutdown, if it was initialised. Threads: one, while no storage is open.
  void shutdown();

  const PluginNote& note() const noexcept { return note_; }
  const std::string& name() const noexcept { return note_.name; }
  const tally_storage_factory& factory() const noexcept { return factory_; }
  const PluginSource& source() const noexcept { return source_; }
  /// What an operator should know of this way of loading it.
  std::vector<std::string> warnings() const;

  std::atomic<int> open_storages{0};

 private:
  void adopt(const tally_plugin* descriptor);
  void adoptFactory();

  std::unique_ptr<DynamicLibrary> library_;
  tally_plugin descriptor_{};
  tally_storage_factory factory_{};
  PluginNote note_;
  PluginSource source_;
  bool initialised_ = false;
};

}  // namespace tally::plugins
