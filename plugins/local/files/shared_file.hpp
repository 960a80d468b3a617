#pragma once
// A file that several threads append to through one descriptor.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "local/system/unique_fd.hpp"

namespace tally::local {

/// Threads: any.
class SharedFile {
 public:
  /// A file whose name was just looked at.
  explicit SharedFile(UniqueFd fd) noexcept;

  int get() const noexcept { return fd_.get(); }

  /// Whether the last look at the file's name was a second ago, or longer (on some processors: a fifth of a second). If
  /// so, this call counts as the next one. Cost: no system call.
  bool isLookDue() noexcept;

  /// Wait until all that this thread has written is on the disk. Returns 0 or an errno. The kernel tells of lost bytes
  /// once for a descriptor, whoever wrote them; so it is told here to all whose bytes may be among them, and to all who
  /// come later: the descriptor is worth nothing any more.
  /// Cost: one fdatasync for all threads that came while the last one was under way.
  int sync();

 private:
  const UniqueFd fd_;
  std::atomic<std::uint64_t> looked_;  // by the clock that isLookDue() reads
  std::mutex mutex_;                   // guards all below
  std::condition_variable synced_;
  std::uint64_t asked_ = 0, done_ = 0;  // how many calls have come, and how many of these are served
  bool is_syncing_ = false;
  int failure_ = 0;
};

}  // namespace tally::local
