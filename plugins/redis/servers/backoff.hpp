#pragma once
// Growing pauses with some chance in them, so that many clients do not come back at once.

#include <algorithm>
#include <chrono>
#include <random>

#include "redis/wire/patience.hpp"

namespace tally::redis {

class Backoff {
 public:
  /// False when time is over. Errors: Cancelled; Timeout.
  bool pause(const Patience& patience) {
    thread_local std::minstd_rand random(std::random_device{}());
    const auto half = next_.count() / 2;
    const std::chrono::milliseconds time(half + std::uniform_int_distribution<std::int64_t>(0, half)(random));
    next_ = std::min(next_ * 2, kLongest);
    return patience.pause(time);
  }

 private:
  static constexpr std::chrono::milliseconds kFirst{5}, kLongest{250};
  std::chrono::milliseconds next_ = kFirst;
};

}  // namespace tally::redis
