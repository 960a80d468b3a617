#pragma once
// The optional abilities of an open storage: asked for by id, wrapped once, kept as long as the storage.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "plugins/storage/opened_storage.hpp"
#include "tally/storage.hpp"

namespace tally::plugins {

/// Threads: any.
class PluginAbilities {
 public:
  PluginAbilities(std::shared_ptr<OpenedStorage> opened, Capabilities capabilities)
      : opened_(std::move(opened)), capabilities_(capabilities) {}

  /// The C++ face of an ability, or null where the plugin does not offer it, or this host does not know it.
  /// Errors: PluginBadDescriptor for a table that is garbage.
  /// Cost: the first time, a question to the plugin, which waits where that takes one call at a time; then a look-up.
  void* find(std::string_view id);

 private:
  std::optional<std::shared_ptr<void>> knownAs(std::string_view id);

  std::shared_ptr<OpenedStorage> opened_;
  Capabilities capabilities_;
  std::mutex mutex_;
  std::map<std::string_view, std::shared_ptr<void>> known_;  // null for what is not offered
};

}  // namespace tally::plugins
