#pragma once
// The C table of an open storage as an IStorage again. Checks keys, guards the boundary, and says in every error which
// backend, operation and key it was.

#include <memory>
#include <string_view>

#include "plugins/storage/extensions/plugin_abilities.hpp"
#include "plugins/storage/opened_storage.hpp"
#include "tally/plugin_abi.h"
#include "tally/storage.hpp"

namespace tally::plugins {

/// Cost of a call over that of the adapter itself: one indirect call, the key check, and a few stores.
class PluginStorage final : public IStorage {
 public:
  /// Take over what the plugin's create filled. Errors: PluginBadDescriptor, and then the storage is not taken.
  PluginStorage(PluginUse plugin, const tally_storage& opened);

  using IStorage::append;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override { return capabilities_; }
  void* extension(std::string_view id) override;

 private:
  std::shared_ptr<OpenedStorage> opened_;
  Capabilities capabilities_;
  PluginAbilities abilities_;
};

}  // namespace tally::plugins
