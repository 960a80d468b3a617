#pragma once
// What the in-memory example keeps: objects in the order of a folder tree, and a bell for whoever waits for a change.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tally/storage.hpp"

namespace tally::examples {

/// Not locked by itself: whoever looks holds `mutex` shared, whoever changes something holds it alone. A condition that
/// is checked before the lock is no condition.
class MemoryObjects {
 public:
  using Clock = std::chrono::steady_clock;

  struct Object {
    std::string bytes;
    std::vector<std::size_t> ends;  // where each append ended; the first one is the write
    std::uint64_t version = 0;
    std::uint64_t born = 0;  // the version in which it was created or replaced
    SystemTime modified;
    Clock::time_point expires = Clock::time_point::max();
    std::map<std::string, std::uint64_t, std::less<>> tokens;  // append token -> size just after that append
  };

  /// Of the lease of a key.
  struct Holder {
    std::uint64_t number = 0;  // goes up with each new one
    std::string owner;         // empty: nobody has it
  };

  // The order of a folder tree: '/' sorts before every other byte, so that a directory's whole subtree stands where
  // its name stands among its siblings. By plain bytes "t-" would come between "t" and "t/x".
  struct TreeOrder {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept;
  };

  std::shared_mutex mutex;
  std::map<std::string, Object, TreeOrder> map;
  std::map<std::string, Holder, std::less<>> holders;  // entries stay

  /// Drop what has outlived its time, so that nobody else has to think of it. Takes the lock itself.
  void forgetExpired();
  /// Null where there is none.
  const Object* find(std::string_view key) const;
  bool hasChildren(std::string_view key) const;
  /// Errors: IsADirectory and NotADirectory for a key that can't hold a file: it is a directory, or lies below a file.
  void checkPlace(std::string_view key) const;

  /// These create the object where it is absent. Errors: as checkPlace.
  Object& replace(std::string_view key, std::string_view content, Clock::time_point expires = Clock::time_point::max());
  Object& append(std::string_view key, std::string_view content);
  /// Take objects away, and their leases with them. Returns what comes behind them.
  using Place = std::map<std::string, Object, TreeOrder>::iterator;
  Place erase(Place first, Place last);
  /// To be called after another change that somebody may wait for.
  void ring() noexcept { changed_.notify_all(); }

  /// Give up `lock` until something has changed, for 20 ms at most: then it is time to look at the call and at
  /// expiries again. An adapter over a socket polls call.cancel.fd() beside it instead.
  void waitForChange(std::shared_lock<std::shared_mutex>& lock, const Call& call);
  void waitForChange(std::unique_lock<std::shared_mutex>& lock, const Call& call);

  static StorageStat describe(const Object& object);
  static bool startsWith(std::string_view text, std::string_view start) {
    return text.substr(0, start.size()) == start;
  }
  static std::string folderOf(std::string_view directory);

 private:
  void touch(Object& object);

  std::uint64_t last_version_ = 0;  // guarded by mutex
  std::atomic<Clock::time_point> next_expiry_{Clock::time_point::max()};
  std::condition_variable_any changed_;
};

}  // namespace tally::examples
