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

/// What came between.
enum class Setback {
  Failure,
  Collision,  ///< another change was first, and nothing was done: one of those that collide always gets through
};

/// The pauses of one operation: doubling up to a limit, each with as much again at random, so that clients that failed
/// together don't come back together. Collisions are many where many change at once: they are counted by themselves,
/// and their pauses begin short. Threads: one.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy) noexcept : policy_(policy) {}

  /// Whether another attempt is allowed; counts it.
  bool again(Setback setback = Setback::Failure) noexcept {
    last_ = setback;
    return setback == Setback::Collision ? ++collisions_ < kMostCollisions : ++used_ < policy_.attempts;
  }
  /// The next pause; at least what the service asked for.
  std::chrono::milliseconds pause(std::optional<std::chrono::milliseconds> asked);
  /// Take that pause. Errors: Cancelled, Timeout, within 50 ms.
  void wait(std::optional<std::chrono::milliseconds> asked, const Call& call);

 private:
  static constexpr int kMostCollisions = 16;  // and some ten seconds
  RetryPolicy policy_;
  Setback last_ = Setback::Failure;
  int used_ = 0, collisions_ = 0;
  int pauses_ = 0;
};

/// Wait until `time` has passed. Errors: Cancelled, Timeout, within 50 ms.
void sleepFor(std::chrono::milliseconds time, const Call& call);

}  // namespace tally::s2
