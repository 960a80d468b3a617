#pragma once
// How long one step may wait, and who may stop it.

#include <chrono>

#include "tally/call.hpp"

namespace tally::redis {

/// The frame of one wait: the caller's deadline and wish to stop, and our own limit. Refers to the call.
class Patience {
 public:
  /// What the limit is for.
  enum class For {
    All,      ///< from now until it is done
    Silence,  ///< for as long as nothing moves
  };
  Patience(const Call& call, std::chrono::milliseconds limit, For what = For::All);

  /// Wait until the descriptor is ready for `events`. False when our own limit has passed.
  /// Errors: Cancelled; Timeout for the caller's deadline.
  bool wait(int fd, short events) const;
  /// Let `time` pass. False when that is behind our own limit; then nothing is waited for.
  /// Errors: as for wait().
  bool pause(std::chrono::milliseconds time) const;
  /// Something has moved: a limit for silence begins anew.
  void restart() noexcept;

 private:
  const Call& call_;
  const std::chrono::milliseconds limit_;
  const For for_;
  Call::Clock::time_point until_;
};

}  // namespace tally::redis
