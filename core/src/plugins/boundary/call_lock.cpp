#include "plugins/boundary/call_lock.hpp"

namespace tally::plugins {

// By the system clock: the thread sanitizer does not know the function that the other clock needs. Only a clock that is
// set back meanwhile makes it longer, and then no longer than the lock is held.
bool tryLockFor(std::timed_mutex& mutex, std::chrono::milliseconds time) {
  return mutex.try_lock_until(std::chrono::system_clock::now() + time);
}

std::unique_lock<std::timed_mutex> lockFor(std::timed_mutex& mutex, const Call& call) {
  constexpr std::chrono::milliseconds kSlice{5};  // between two looks at the wish to stop
  std::unique_lock held(mutex, std::try_to_lock);
  if (!held && !call.hasDeadline() && !call.cancel.possible()) held.lock();
  while (!held) {
    if (tryLockFor(mutex, kSlice)) held = std::unique_lock(mutex, std::adopt_lock);
    call.check();
  }
  call.check();
  return held;
}

}  // namespace tally::plugins
