#pragma once
// A store on a Redis server or cluster: one stream an object, and an index for listings. See the README for the layout.

#include "redis/names/directories.hpp"
#include "redis/names/key_names.hpp"
#include "redis/objects/object_reader.hpp"
#include "redis/objects/object_writer.hpp"
#include "redis/servers/owner.hpp"
#include "redis/servers/server_finder.hpp"
#include "redis/settings.hpp"
#include "redis/storage/redis_append_stream.hpp"
#include "redis/storage/redis_batch.hpp"
#include "redis/storage/redis_follow.hpp"
#include "redis/storage/redis_groups.hpp"
#include "redis/storage/redis_health.hpp"
#include "redis/storage/redis_reindex.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// IStorage over Redis Streams. Threads: any. Any number of programs may use the same store at the same time.
/// A child of fork() gets Closed from every call.
class RedisStorage final : public IStorage {
 public:
  using IStorage::append;
  using IStorage::extension;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;

  /// Touches no network. Errors: InvalidConfig; Unsupported for TLS without a library that has it.
  explicit RedisStorage(Settings settings);

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override;
  /// Batch, AppendStreams, Follow, ConsumerGroups, Health, Reindex.
  void* extension(std::string_view id) override;

  /// For tests of the index.
  Directories& directories() noexcept { return directories_; }

 private:
  static Settings withIdentity(Settings settings);
  bool removeBelow(std::string_view directory, const Call& call);

  const Settings settings_;
  const Owner owner_;
  KeyNames names_;
  ServerFinder finder_;
  Directories directories_;
  ObjectReader reader_;
  ObjectWriter writer_;
  RedisBatch batch_;
  RedisAppendStreams append_streams_;
  RedisFollow follow_;
  RedisGroups groups_;
  RedisHealth health_;
  RedisReindex reindex_;
};

}  // namespace tally::redis
