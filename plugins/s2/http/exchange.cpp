#include "s2/http/exchange.hpp"

#include <algorithm>
#include <cstring>

namespace tally::s2 {
namespace {

/// No answer that is collected whole is nearly as long.
constexpr std::size_t kMaxBodyBytes = std::size_t{64} * 1024 * 1024;

}  // namespace

bool Exchange::wait(Call::Clock::time_point until) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, until, [&] { return done_; });
}

bool Exchange::isDone() {
  const std::lock_guard lock(mutex_);
  return done_;
}

Exchange::Flow Exchange::receive(std::string_view bytes) {
  if (body_.size() + bytes.size() > kMaxBodyBytes) {
    throw Error(ErrorCode::Unavailable, "the answer has no end; is this the address of an S2 service?");
  }
  body_.append(bytes);
  return Flow::Go;
}

std::size_t Exchange::supply(char* room, std::size_t size) {
  const std::size_t count = std::min(size, request_.body.size() - supplied_);
  std::memcpy(room, request_.body.data() + supplied_, count);
  supplied_ += count;
  return count;
}

void Exchange::finish(Ending ending) {
  ending.status = status_;
  ending_ = std::move(ending);
  ended();
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
}

}  // namespace tally::s2
