#include "plugins/call_lock.hpp"

#include <chrono>

namespace tally::plugins {

std::unique_lock<std::timed_mutex> lockFor(std::timed_mutex& mutex, const Call& call) {
  constexpr std::chrono::milliseconds kSlice{5};  // between two looks at the wish to stop
  std::unique_lock held(mutex, std::try_to_lock);
  if (!held && !call.hasDeadline() && !call.cancel.stopToken().stop_possible()) held.lock();
  while (!held && !held.try_lock_for(kSlice)) call.check();
  call.check();
  return held;
}

}  // namespace tally::plugins
