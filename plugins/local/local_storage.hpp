#pragma once
// A store in a folder: one file an object, one folder a directory, names unchanged, so that other tools can read it.

#include "local/files/store_parts.hpp"
#include "tally/extensions/append_stream.hpp"
#include "tally/extensions/batch.hpp"
#include "tally/extensions/follow.hpp"
#include "tally/extensions/health.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// IStorage over one folder of a local file system. See the README for what lies on disk.
/// Threads: any. Processes: any number on one machine may use the same folder at the same time.
/// A child of fork() gets Closed from every call.
class LocalStorage final : public IStorage, public Batch, public AppendStreams, public Follow, public Health {
 public:
  using IStorage::append;
  using IStorage::extension;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;

  /// Touches nothing on disk. Errors: InvalidConfig for an empty path.
  explicit LocalStorage(const Settings& settings);

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override;
  void* extension(std::string_view id) override { return offer<Batch, AppendStreams, Follow, Health>(*this, id); }

  /// Cost: that of the operations one by one, as for statMany.
  void readMany(const Keys& keys, BatchSink& out, const Call& call) override;
  /// Cost: see writeFiles.
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override;
  void statMany(const Keys& keys, BatchSink& out, const Call& call) override;
  /// Cost: see removeFiles.
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override;

  std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                 const Call& call) override;
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options, const Call& call) override;
  void checkHealth(HealthSink& out, const Call& call) override;

 private:
  void begin(const Call& call) const;

  StoreParts parts_;
};

}  // namespace tally::local
