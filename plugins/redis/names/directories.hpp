#pragma once
// The index: what is in each directory, without looking through the keys of the server.
//
// One sorted set a directory, all in one slot of a cluster. On a single server an object and its entry change in one
// step. On a cluster they can't, so an entry is made before its object and taken after it, and is in doubt meanwhile: a
// doubt that was left behind by a crash is settled by whoever comes by after its time, by looking at the object.
// Objects that expire are in doubt from their end on.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/names/key_names.hpp"
#include "redis/servers/server_finder.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// How long others leave an entry alone whose object is being created or removed, by the server's clock.
inline constexpr std::int64_t kPatienceUs = 60'000'000;
/// How long before that a creation must be over: the clocks of two servers differ.
inline constexpr std::int64_t kMarginUs = kPatienceUs / 2;

/// Errors of all methods: IsADirectory, NotADirectory where said, and those of Server::run.
/// Threads: any.
class Directories {
 public:
  Directories(ServerFinder& finder, const KeyNames& names) noexcept : finder_(finder), names_(names) {}

  /// IStorage::list. Cost: one round trip for each 5000 entries, and some more when doubts are due.
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call);
  /// Whether the directory is there. Cost: one round trip.
  bool contains(std::string_view directory, const Call& call);
  /// The object was not found: drop an entry that it may have left. Says whether the key is a directory instead.
  /// Cost: one round trip; more when there is such an entry.
  bool forget(std::string_view key, const Call& call);
  /// The same in two steps, for a server that has all keys: what to ask together with the object, and, when it turned
  /// out to be missing, what the two answers mean. Cost: no round trip of their own; more when there is
  /// such an entry, or the key is a directory.
  void addEntryQuestions(std::string_view key, std::vector<Request>& requests) const;
  bool forgetKnowing(std::string_view key, const Answer& directory, const Answer& entry, const Call& call);

  /// Enter an object that is about to be created. Returns the time, in microseconds of the server's clock, until which
  /// others leave the entry alone. Errors: IsADirectory; NotADirectory.
  std::string claim(std::string_view key, const Call& call);
  /// It was created: the entry stays, for as long as the object lives (0: for ever).
  void confirm(std::string_view key, const std::string& claimed, std::int64_t ttl_ms, const Call& call);
  /// It is about to be removed. Nothing if there is no entry. Errors: IsADirectory.
  std::optional<std::string> doubt(std::string_view key, const Call& call);
  /// It was removed.
  void drop(std::string_view key, const std::string& doubted, const Call& call);
  /// End the doubt by looking at the object.
  void lookAgain(std::string_view key, const std::string& doubted, const Call& call);

  /// Enter objects that are there, and say of each whether it is; not, because of a file or directory in the way.
  /// Cost: three round trips for all; on a cluster one of them to each node.
  std::vector<bool> enter(const std::vector<std::string>& keys, const Call& call);
  /// Enter directories that are there into those above them. Cost: one round trip for all.
  void link(const std::vector<std::string>& directories, const Call& call);
  /// Drop directories that are listed, but are not there; says how many. Cost: one round trip for all.
  std::uint64_t unlinkMissing(const std::vector<std::string>& directories, const Call& call);
  /// Which of the objects have an entry. Cost: one round trip for all.
  std::vector<bool> haveEntries(const std::vector<std::string>& keys, const Call& call);
  /// Drop the entries whose objects are gone, and say how many. Cost: one round trip, and three for each such entry.
  std::uint64_t dropMissing(const std::vector<std::string>& keys, const Call& call);

  /// Settle the doubts whose time has come, at most a hundred, and say whether there were any.
  /// Cost: four round trips; on a cluster one of them to each node.
  bool settleDue(const Call& call);

  /// Do `change`; where it fails because of a directory or a file in the way, settle what is due, and try once more.
  template <typename Change>
  auto retriedOnceSettled(const Call& call, Change&& change) {
    try {
      return change();
    } catch (const Error& error) {
      const bool in_the_way = error.code() == ErrorCode::IsADirectory || error.code() == ErrorCode::NotADirectory;
      if (!in_the_way || !settleDue(call)) throw;
    }
    return change();
  }

 private:
  struct Page;
  struct Doubt {
    std::string key, time;
    // By the clock of the index's server, and before the question that settles it: no entry outlives its object.
    std::int64_t since;
  };
  Page page(std::string_view directory, const std::string& after, std::uint64_t count, const Call& call);
  void settle(const std::vector<Doubt>& doubts, const Call& call);
  Request onIndex(Command command, Effect effect = Effect::Reads) const;
  Request entryQuestion(std::string_view key) const;
  std::string setOf(std::string_view directory) const { return names_.indexRoot() + std::string(directory); }
  std::vector<std::int64_t> lifetimes(const std::vector<std::string>& keys, const Call& call);
  void addDueQuestion(std::vector<Request>& requests) const;

  ServerFinder& finder_;
  const KeyNames& names_;
};

/// Throw what a refusal of the scripts means: "IS_DIRECTORY", "NOT_DIRECTORY".
[[noreturn]] void throwRefusal(std::string_view refusal);

}  // namespace tally::redis
