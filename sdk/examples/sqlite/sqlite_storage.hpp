#pragma once
// A durable backend: everything in one SQLite file, which several processes may use at once. Shows what a real adapter
// has beyond the memory one: connections, waiting for others, durability, options, errors of a library.

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database.hpp"
#include "tally/storage.hpp"

namespace tally::examples {

struct SqliteSettings {
  std::string folder;             ///< holds the file and what SQLite puts beside it; created if needed
  bool full_sync = true;          ///< acknowledged writes survive the loss of power
  std::int64_t busy_ms = 10'000;  ///< how long to wait for another writer
};

/// Threads: any; each call takes a connection of its own, kept for the next one. Readers never wait for writers.
/// Limits: on a full disk even a removal is NoSpace, since SQLite writes it into its log first.
/// Cost: one transaction a call. A read follows the bytes asked for, an append the bytes added, a page its entries.
class SqliteStorage final : public IStorage {
 public:
  /// Errors: Unavailable, PermissionDenied, Corrupt (not an SQLite file).
  SqliteStorage(SqliteSettings settings, const Call& call);

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override;

 private:
  class Lease;

  const SqliteSettings settings_;
  const std::string file_;
  const pid_t process_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
};

}  // namespace tally::examples
