#pragma once
// How long to wait before a request is sent again.

#include <chrono>
#include <optional>

#include "tally/call.hpp"

namespace tally::s2 {

struct RetryPolicy {
  int attempts = 3;  ///< in all
  std::chrono::milliseconds first{100}, longest{1000};
};

/// The pauses of one operation: doubling up to a limit, each with as much again at random, so that clients that failed
/// together don't come back together.
/// Threads: one.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy) noexcept : policy_(policy) {}

  /// Whether another attempt is allowed; counts it.
  bool again() noexcept { return ++used_ < policy_.attempts; }
  /// The next pause; at least what the service asked for.
  std::chrono::milliseconds pause(std::optional<std::chrono::milliseconds> asked);
  /// Take that pause. Errors: Cancelled, Timeout, within 50 ms.
  void wait(std::optional<std::chrono::milliseconds> asked, const Call& call);

 private:
  RetryPolicy policy_;
  int used_ = 0;
  int pauses_ = 0;
};

/// Wait until `time` has passed. Errors: Cancelled, Timeout, within 50 ms.
void sleepFor(std::chrono::milliseconds time, const Call& call);

}  // namespace tally::s2
