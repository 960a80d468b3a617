#pragma once
// Changes of objects, each in one step of the server. What makes or ends an object changes the index too: in the same
// step on a single server; on a cluster before it and after it, see directories.hpp.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/names/directories.hpp"
#include "redis/names/key_names.hpp"
#include "redis/objects/tail_writer.hpp"
#include "redis/servers/server_finder.hpp"
#include "redis/settings.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// Keys are legal, and not the root. Threads: any.
class ObjectWriter {
 public:
  ObjectWriter(const Settings& settings, const KeyNames& names, ServerFinder& finder, Directories& directories);

  /// IStorage::write. Cost: one round trip; on a cluster four for a new object, three for one that is to expire.
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call);
  /// IStorage::append; the new size comes back. Cost: one round trip; on a cluster four for a new object.
  std::uint64_t append(std::string_view key, std::string_view content, const AppendOptions& options, const Call& call);
  /// IStorage::remove of an object. Cost: one round trip; on a cluster three. Errors: IsADirectory.
  bool remove(std::string_view key, const Call& call);
  /// The same, but a directory is no error: nothing is removed then.
  bool removeUnlessDirectory(std::string_view key, const Call& call);
  /// Remove objects; what is not there is passed over, and so is what has become a directory.
  /// Cost: one round trip for all on a single server; on a cluster as for each.
  void removeAll(const std::vector<std::string>& keys, const Call& call);

  /// Appends in this order, in one step: all of them or none, and once for all repetitions with the same token. The
  /// size behind them comes back. Cost: as append().
  std::uint64_t appendAll(std::string_view key, const std::vector<std::string>& contents, std::string_view token,
                          const Call& call);

  /// Whether a write with these options can be a request of one step, for a batch.
  bool hasSteps(const WriteOptions& options, const Call& call);
  /// That request; `whole` is whether all keys are on one server.
  Request writeStep(std::string_view key, std::string_view content, const WriteOptions& options, bool whole);
  /// The version out of its answer; nothing if the write takes more steps, and then nothing was done.
  static std::optional<Version> writtenByStep(const Answer& answer);
  /// The removal of an object from a server that has all keys, as one request.
  Request removal(std::string_view key) const;
  /// Errors: InvalidArgument and Conflict for conditions that can't hold.
  static void check(const WriteOptions& options);

 private:
  /// A change as a request. `waits` is for the scripts: "0" where the index is on the same server, "" while the object
  /// has no entry, else until when its entry is kept for it.
  using MakeRequest = std::function<Request(std::string_view waits)>;

  Answer perform(std::string_view key, std::int64_t ttl_ms, const MakeRequest& make, const Call& call);
  Answer performApart(std::string_view key, std::int64_t ttl_ms, const MakeRequest& make, const Call& call);
  Request writeRequest(std::string_view key, std::string_view content, const WriteOptions& options,
                       const std::string& life, std::string_view waits) const;
  Request appendRequest(std::string_view key, const AppendOptions& options, const std::string& life,
                        std::string_view waits, const std::function<void(Command&)>& add_content) const;
  std::uint64_t appendedBy(std::string_view key, const Answer& answer);
  bool removeApart(std::string_view key, const Call& call);
  std::int64_t ttlOf(const WriteOptions& options) const;
  std::string newLife();

  const Settings& settings_;
  const KeyNames& names_;
  ServerFinder& finder_;
  Directories& directories_;
  TailWriter tails_;
  std::atomic<std::uint64_t> lives_;
};

}  // namespace tally::redis
