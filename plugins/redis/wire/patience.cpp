#include "redis/wire/patience.hpp"

#include <poll.h>

#include <algorithm>

namespace tally::redis {
namespace {

using Clock = Call::Clock;

// A wish to stop that comes without a descriptor is looked for this often.
constexpr std::chrono::milliseconds kSlice{20};

// Wait for the descriptor or for the wish to stop; whether the descriptor is ready.
bool pollOnce(int fd, short events, const Call& call, Clock::time_point until) {
  const int cancel_fd = call.cancel.fd();
  auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  if (cancel_fd < 0) left = std::min(left, kSlice);
  left = std::clamp(left, std::chrono::milliseconds{0}, std::chrono::milliseconds{60'000});
  pollfd polled[] = {{fd, events, 0}, {cancel_fd, POLLIN, 0}};
  return ::poll(polled, 2, static_cast<int>(left.count())) > 0 && polled[0].revents != 0;
}

}  // namespace

Patience::Patience(const Call& call, std::chrono::milliseconds limit, For what)
    : call_(call), limit_(limit), for_(what), until_(Clock::now() + limit) {}

void Patience::restart() noexcept {
  if (for_ == For::Silence) until_ = Clock::now() + limit_;
}

bool Patience::wait(int fd, short events) const {
  for (;;) {
    if (pollOnce(fd, events, call_, std::min(until_, call_.deadline))) return true;
    call_.check();
    if (Clock::now() >= until_) return false;
  }
}

bool Patience::pause(std::chrono::milliseconds time) const {
  const auto end = Clock::now() + time;
  if (end > until_) return false;
  while (Clock::now() < end) {
    pollOnce(-1, 0, call_, std::min(end, call_.deadline));
    call_.check();
  }
  return true;
}

}  // namespace tally::redis
