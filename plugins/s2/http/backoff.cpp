#include "s2/http/backoff.hpp"

#include <poll.h>

#include <algorithm>
#include <random>

namespace tally::s2 {
namespace {

constexpr auto kStep = std::chrono::milliseconds(50);
constexpr auto kFirstAfterCollision = std::chrono::milliseconds(5);

}  // namespace

std::chrono::milliseconds Backoff::pause(Asked asked) {
  const bool collided = last_ == Setback::Collision;
  const int earlier = collided ? collisions_ - 1 : pauses_++;
  const auto first = collided ? std::min(kFirstAfterCollision, policy_.first) : policy_.first;
  const auto base = std::min(first * (1 << std::min(earlier, 10)), policy_.longest);
  std::random_device device;
  const auto jitter = std::chrono::milliseconds(std::uniform_int_distribution<long>(0, base.count())(device));
  return std::max(base + jitter, std::chrono::ceil<std::chrono::milliseconds>(asked));
}

void Backoff::wait(const Call& call, Asked asked) { sleepFor(pause(asked), call); }

void sleepFor(std::chrono::milliseconds time, const Call& call) {
  const auto end = Call::Clock::now() + time;
  for (;;) {
    call.check();
    const auto now = Call::Clock::now();
    if (now >= end) return;
    const auto left = std::min<Call::Clock::duration>({end - now, call.deadline - now, kStep});
    pollfd cancelled{call.cancel.fd(), POLLIN, 0};
    const bool has_fd = cancelled.fd >= 0;
    ::poll(has_fd ? &cancelled : nullptr, has_fd ? 1 : 0,
           static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
  }
}

}  // namespace tally::s2
