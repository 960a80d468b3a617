#pragma once
// How long to wait before a request is sent again.

#include <chrono>

#include "tally/call.hpp"

namespace tally::s2 {

struct RetryPolicy {
  int attempts = 3;  ///< in all
  std::chrono::milliseconds first{100}, longest{1000};
};

/// How long the service asks to wait; 0 where it does not.
using Asked = std::chrono::nanoseconds;

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

  /// Whether another attempt is allowed; counts it. Not where the service asks for more patience than we have.
  bool again(Setback setback = Setback::Failure, Asked asked = {}) noexcept {
    last_ = setback;
    if (asked > kMostPatience) return false;
    return setback == Setback::Collision ? ++collisions_ < kMostCollisions : ++used_ < policy_.attempts;
  }
  /// The next pause; at least what the service asked for.
  std::chrono::milliseconds pause(Asked asked);
  /// Take that pause. Errors: Cancelled, Timeout, within 50 ms.
  void wait(const Call& call, Asked asked = {});

 private:
  static constexpr std::chrono::seconds kMostPatience{30};
  static constexpr int kMostCollisions = 16;  // and some ten seconds
  RetryPolicy policy_;
  Setback last_ = Setback::Failure;
  int used_ = 0, collisions_ = 0;
  int pauses_ = 0;
};

/// Wait until `time` has passed. Errors: Cancelled, Timeout, within 50 ms.
void sleepFor(std::chrono::milliseconds time, const Call& call);

}  // namespace tally::s2
