#pragma once
// A store on a Redis server or cluster: one stream an object, and an index for listings. See the README for the layout.

#include <sys/types.h>

#include "directories.hpp"
#include "key_names.hpp"
#include "object_reader.hpp"
#include "object_writer.hpp"
#include "server_finder.hpp"
#include "settings.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// IStorage over Redis Streams. Threads: any. Any number of programs may use the same store at the same time.
/// A child of fork() gets Closed from every call.
class RedisStorage final : public IStorage {
 public:
  using IStorage::append;
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

  /// What maintenance and reports work with; they live as long as the storage.
  ServerFinder& finder() noexcept { return finder_; }
  Directories& directories() noexcept { return directories_; }
  const KeyNames& names() const noexcept { return names_; }
  const Settings& settings() const noexcept { return settings_; }

 private:
  void begin(const Call& call) const;
  bool removeBelow(std::string_view directory, const Call& call);

  const Settings settings_;
  const pid_t owner_;
  KeyNames names_;
  ServerFinder finder_;
  Directories directories_;
  ObjectReader reader_;
  ObjectWriter writer_;
};

}  // namespace tally::redis
