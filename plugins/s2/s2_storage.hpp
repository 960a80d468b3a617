#pragma once
// A store in a basin of S2: one stream an object.

#include <memory>

#include "s2/names/stream_names.hpp"
#include "s2/settings.hpp"
#include "s2/storage/basin_api.hpp"
#include "s2/storage/object_writer.hpp"
#include "s2/storage/places.hpp"
#include "s2/storage/stream_memory.hpp"
#include "tally/extensions/append_stream.hpp"
#include "tally/extensions/batch.hpp"
#include "tally/extensions/follow.hpp"
#include "tally/extensions/health.hpp"
#include "tally/extensions/lease.hpp"
#include "tally/storage.hpp"

namespace tally::s2 {

/// IStorage over the streams of one basin, see the README for their names and records.
/// Threads: any. Processes: any number, on any machines. A child of fork() gets Closed.
class S2Storage final : public IStorage,
                        public Batch,
                        public AppendStreams,
                        public Follow,
                        public Leases,
                        public Health {
 public:
  using IStorage::append;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;

  /// Asks for the basin's configuration, creates the basin where that is allowed, and warns in the log of what would
  /// lose data: a finite retention, reads that create streams. Errors: InvalidConfig; Unavailable; Unauthenticated;
  /// PermissionDenied; Cancelled, Timeout. Cost: one request.
  S2Storage(const Settings& settings, const Call& call);

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override;
  void* extension(std::string_view id) override {
    return offer<Batch, AppendStreams, Follow, Leases, Health>(*this, id);
  }

  void readMany(const Keys& keys, BatchSink& out, const Call& call) override;
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override;
  void statMany(const Keys& keys, BatchSink& out, const Call& call) override;
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override;

  std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                 const Call& call) override;
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options, const Call& call) override;
  std::unique_ptr<Lease> acquireLease(std::string_view key, std::string_view owner, const LeaseOptions& options,
                                      const Call& call) override;
  void checkHealth(HealthSink& out, const Call& call) override;

 private:
  S2Storage(const Settings& settings, Endpoints endpoints, const Call& call);

  const StreamNames names_;
  Client client_;
  BasinApi api_;
  StreamMemory memory_;
  Places places_;
  ObjectWriter writer_;
};

}  // namespace tally::s2
