#pragma once
// Waking whoever waits for a file or a folder to change: one inotify for all of them, since a user has few. It needs no
// thread: one of those who wait reads the kernel's events, and hands this on when it leaves.

#include <mutex>
#include <unordered_map>
#include <vector>

#include "local/system/fork_guard.hpp"
#include "local/system/unique_fd.hpp"
#include "tally/call.hpp"

namespace tally::local {

/// Threads: any. In a forked child it does nothing, because the child shares the parent's inotify.
class Watches {
 public:
  Watches(const ForkGuard& fork_guard, bool use_inotify) noexcept
      : fork_guard_(fork_guard), use_inotify_(use_inotify) {}

  /// Somebody who waits for one thing at a time. Threads: one.
  class Waiter {
   public:
    /// Errors: Exhausted.   Cost: one descriptor.
    explicit Waiter(Watches& all);
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { unwatch(); }

    /// From now on wait for changes of this open file: its content, its name.
    void watchFile(int fd);
    /// From now on wait for new names in this open folder.
    void watchFolder(int fd);
    void unwatch();
    /// Whether the kernel tells of changes; else only looking helps.
    bool isWatching() const noexcept { return watch_ >= 0; }

    /// Wait for a change since the last wait, until `until`, or for the wish to stop, whichever is first.
    /// Cost: 2 system calls, 3 for the one who reads the events.
    void wait(Call::Clock::time_point until, const Call& call);

   private:
    friend class Watches;
    void watch(int fd, std::uint32_t events);
    void nudge() const noexcept;
    void block(Call::Clock::time_point until, int cancel, int events) const noexcept;

    Watches& all_;
    UniqueFd nudged_;  // readable: look up
    int watch_ = -1;
    bool changed_ = false;  // guarded by the mutex
  };

 private:
  void dispatch();
  void wake(const std::vector<Waiter*>& waiters);
  void leave(Waiter& waiter, int watch);

  const ForkGuard& fork_guard_;
  const bool use_inotify_;
  std::mutex mutex_;
  UniqueFd inotify_;
  std::unordered_map<int, std::vector<Waiter*>> by_watch_;
  std::vector<Waiter*> waiting_;
  const Waiter* reader_ = nullptr;  // the one who waits and reads the events
};

}  // namespace tally::local
