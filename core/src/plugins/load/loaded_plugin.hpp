#pragma once
// A plugin in the process: its checked descriptor, initialised once, kept for ever.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/file/file_state.hpp"
#include "plugins/load/dynamic_library.hpp"
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
  /// Errors: PluginLoadFailed. From here on the file is mapped for good: what refuses later is asked again, of the same
  /// mapping.
  LoadedPlugin(const std::filesystem::path& target, const PluginNote& note, PluginSource source);

  /// Take descriptor and factory from the library; the second call does nothing.
  /// Errors: PluginNoEntry, PluginBadDescriptor, PluginNoteDisagrees, PluginFault for one that throws.
  /// Threads: one at a time.
  void adopt();
  /// Call the plugin's init; the second call does nothing. Errors: PluginInitFailed with the plugin's words.
  /// Threads: one at a time.
  void init();
  bool initialised() const noexcept { return initialised_; }
  /// Call the plugin's shutdown, if it was initialised. Threads: one, while the plugin is not in use.
  void shutdown() noexcept;

  const PluginNote& note() const noexcept { return note_; }
  const std::string& name() const noexcept { return note_.name; }
  const tally_storage_factory& factory() const noexcept { return factory_; }
  const PluginSource& source() const noexcept { return source_; }
  /// Nobody knows any more which file it is: it stands for its path, and for no state of a file.
  void forgetFile() noexcept { source_.state = {}; }
  /// What an operator should know of this way of loading it.
  std::vector<std::string> warnings() const;

  bool inUse() const noexcept { return uses_ != 0; }

 private:
  friend class PluginUse;
  void take(tally_plugin_entry entry);
  void takeFactory();

  std::unique_ptr<DynamicLibrary> library_;
  tally_plugin descriptor_{};
  tally_storage_factory factory_{};
  PluginNote note_;
  PluginSource source_;
  bool adopted_ = false, initialised_ = false;
  std::atomic<int> uses_{0};
};

/// Somebody opens a storage of a plugin, or has one open. Begins while the registry is held, so that the plugin is not
/// shut down between being found and being used.
class PluginUse {
 public:
  explicit PluginUse(std::shared_ptr<LoadedPlugin> plugin) : plugin_(std::move(plugin)) { ++plugin_->uses_; }
  PluginUse(PluginUse&&) noexcept = default;
  PluginUse& operator=(PluginUse&&) = delete;
  ~PluginUse() {
    if (plugin_) --plugin_->uses_;
  }
  const LoadedPlugin& operator*() const noexcept { return *plugin_; }
  const LoadedPlugin* operator->() const noexcept { return plugin_.get(); }

 private:
  std::shared_ptr<LoadedPlugin> plugin_;
};

}  // namespace tally::plugins
