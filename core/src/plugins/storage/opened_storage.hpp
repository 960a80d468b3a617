#pragma once
// What the plugin's create has opened, as one thing that its storage and all that was opened from it share.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "plugins/boundary/call_lock.hpp"
#include "plugins/load/loaded_plugin.hpp"
#include "plugins/storage/fork_watch.hpp"
#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace tally::plugins {

/// Closed when the last of its owners goes, so a stream or a follower may outlive the IStorage it came from.
class OpenedStorage {
 public:
  /// Take over what the plugin's create filled. Errors: PluginBadDescriptor, and then it is not taken.
  OpenedStorage(PluginUse plugin, const tally_storage& opened);
  ~OpenedStorage();
  OpenedStorage(const OpenedStorage&) = delete;
  OpenedStorage& operator=(const OpenedStorage&) = delete;

  const tally_storage_ops& ops() const noexcept { return ops_; }
  void* self() const noexcept { return self_; }
  const LoadedPlugin& plugin() const noexcept { return *plugin_; }
  using Held = std::unique_lock<std::timed_mutex>;
  /// Held around each call on the storage of a plugin that asks for one call at a time. Errors: Timeout, Cancelled.
  TALLY_DETAIL_INLINE Held lock(const Call& call) { return serial_ ? lockFor(mutex_, call) : Held(); }
  /// In a forked child the adapter's threads are gone, and its connections are the parent's: better left alone.
  bool isOfThisProcess() const noexcept { return generation_ == forkGeneration(); }

  /// Every call goes through here: where it happened is added once, and a plugin that keeps breaking promises is given
  /// up.
  template <typename Action>
  TALLY_DETAIL_INLINE auto guarded(const char* operation, std::string_view key, Action&& action) {
    try {
      checkUsable();
      return action();
    } catch (Error& error) {
      if (error.code() == ErrorCode::PluginFault) ++faults_;
      error.at(plugin_->name(), operation, key);
      throw;
    }
  }

 private:
  static constexpr int kFaultsToGiveUp = 3;
  void checkUsable() const {
    if (faults_.load(std::memory_order_relaxed) < kFaultsToGiveUp && isOfThisProcess()) return;
    refuse();
  }
  [[noreturn]] void refuse() const;

  // Constant after construction.
  PluginUse plugin_;
  tally_storage_ops ops_;
  void* self_;
  bool serial_;
  std::uint32_t generation_;  // of forks, when it was opened

  std::timed_mutex mutex_;
  std::atomic<int> faults_{0};  // broken promises so far
};

}  // namespace tally::plugins
