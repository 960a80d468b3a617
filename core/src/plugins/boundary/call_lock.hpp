#pragma once
// Waiting for a lock on behalf of a call: with its deadline, and until it is cancelled.

#include <chrono>
#include <mutex>

#include "tally/call.hpp"

namespace tally::plugins {

/// Whether the mutex could be locked in that time.
bool tryLockFor(std::timed_mutex& mutex, std::chrono::milliseconds time);

/// Errors: Timeout, Cancelled. Cost: that of a lock, where nobody holds it and the call has no limits.
std::unique_lock<std::timed_mutex> lockFor(std::timed_mutex& mutex, const Call& call);

}  // namespace tally::plugins
