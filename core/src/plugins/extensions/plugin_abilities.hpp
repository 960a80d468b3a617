#pragma once
// The optional abilities of an open storage: asked for by id, wrapped once, kept as long as the storage.

#include <map>
#include <memory>
#include <mutex>
#include <string_view>

#include "plugins/opened_storage.hpp"
#include "tally/storage.hpp"

namespace tally::plugins {

/// Threads: any.
class PluginAbilities {
 public:
  PluginAbilities(std::shared_ptr<OpenedStorage> opened, Capabilities capabilities)
      : opened_(std::move(opened)), capabilities_(capabilities) {}

  /// The C++ face of an ability, or null where the plugin does not offer it, or this host does not know it.
  /// Errors: PluginBadDescriptor for a table that is garbage.
  void* find(std::string_view id);

 private:
  std::shared_ptr<OpenedStorage> opened_;
  Capabilities capabilities_;
  std::mutex mutex_;
  std::map<std::string_view, std::shared_ptr<void>> known_;
};

}  // namespace tally::plugins
