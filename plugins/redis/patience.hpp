#pragma once
// How long one step may wait, and who may stop it.

#include <chrono>

#include "tally/call.hpp"

namespace tally::redis {

/// The frame of one wait: the caller's deadline and wish to stop, and our own limit. Refers to the call.
class Patience {
 public:
  Patience(const Call& call, std::chrono::milliseconds limit);

  /// Wait until the descriptor is ready for `events`. False when our own limit has passed.
  /// Errors: Cancelled; Timeout for the caller's deadline.
  bool wait(int fd, short events) const;
  /// Let `time` pass. False when that is behind our own limit; then nothing is waited for.
  /// Errors: as for wait().
  bool pause(std::chrono::milliseconds time) const;
  const Call& call() const noexcept { return call_; }

 private:
  const Call& call_;
  Call::Clock::time_point until_;
};

}  // namespace tally::redis
