#pragma once
// A store in a basin of S2: one stream an object.

#include <memory>

#include "names/stream_names.hpp"
#include "settings.hpp"
#include "storage/basin_api.hpp"
#include "storage/batch_writer.hpp"
#include "storage/places.hpp"
#include "storage/stream_memory.hpp"
#include "tally/storage.hpp"

namespace tally::s2 {

/// IStorage over the streams of one basin, see the README for their names and records.
/// Threads: any. Processes: any number, on any machines. A child of fork() gets Closed.
class S2Storage final : public IStorage {
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

 private:
  S2Storage(const Settings& settings, Endpoints endpoints, const Call& call);

  void know(std::string_view key, std::string_view stream, const Call& call);
  Version replace(std::string_view key, std::string_view stream, std::string_view content, const Call& call);
  std::optional<Version> replaceAt(std::string_view stream, std::string_view content, std::uint64_t tail,
                                   const Call& call);
  Version create(std::string_view key, std::string_view stream, std::string_view content, const Call& call);
  Version replaceVersion(std::string_view key, std::string_view stream, std::string_view content,
                         const Version& version, const Call& call);
  std::optional<std::uint64_t> appendPlain(std::string_view key, std::string_view stream, std::string_view content,
                                           const Call& call);
  std::optional<std::uint64_t> appendChecked(std::string_view key, std::string_view stream, std::string_view content,
                                             const AppendOptions& options, const Call& call);

  const StreamNames names_;
  Client client_;
  BasinApi api_;
  StreamMemory memory_;
  Places places_;
  BatchWriter writer_;
};

}  // namespace tally::s2
