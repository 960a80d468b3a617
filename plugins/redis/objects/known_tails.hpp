#pragma once
// The last entries of objects that this storage has changed a moment ago. Each tells the id that the next entry needs
// to follow it directly, so that one plain command can add it, and fails if anybody came in between.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tally/storage.hpp"

namespace tally::redis {

/// The id of an entry: milliseconds since 1970, and a counter.
struct EntryId {
  std::uint64_t time = 0, number = 0;

  /// The least id behind this one. Whoever else adds an entry gets that one or a greater one.
  EntryId next() const noexcept { return {time, number + 1}; }
  std::string text() const;
};
/// Errors: Internal for what is no id.
EntryId parseEntryId(std::string_view text);

/// The last entry of an object, as it was when the server answered on one connection.
struct KnownTail {
  using Clock = std::chrono::steady_clock;

  EntryId id;
  std::uint64_t size = 0;                    ///< of the object
  std::string life;                          ///< of the object
  bool stays = false;                        ///< the object is known to have no time to live
  std::uint64_t connection = 0;              ///< only that one is sure to lead to a server that has the entry
  Clock::time_point learned = Clock::now();  ///< when the server chose `id` by its clock

  std::string version() const { return id.text() + ':' + life; }
  /// How long after the time in its id an entry is made that is made now.
  std::chrono::milliseconds age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - learned);
  }
};

/// Threads: any. Cost: a few hundred bytes an object, for at most 256 of them.
class KnownTails {
 public:
  /// What is known of the object, if it is fresh; then the caller has it alone.
  std::optional<KnownTail> take(std::string_view key);
  void put(std::string_view key, KnownTail tail);
  void forget(std::string_view key);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, KnownTail> tails_;  // guarded by mutex_
};

}  // namespace tally::redis
