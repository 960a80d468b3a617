#pragma once
// A socket that leads to a server.

#include <unistd.h>

#include <utility>

#include "redis/redis_url.hpp"
#include "redis/wire/patience.hpp"

namespace tally::redis {

/// Closes its descriptor, which no program inherits that this process starts.
class Socket {
 public:
  explicit Socket(int fd) noexcept : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.release()) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Connect, to the first of the host's addresses where somebody answers. The socket does not block.
/// Errors: Unavailable (retryable) if nobody does within the patience; Exhausted; Cancelled; Timeout.
Socket connectTo(const Endpoint& endpoint, const Patience& patience);

/// Why there is no connection. Errors: none.
Error unreachable(const Endpoint& endpoint, const std::string& why);
/// The same by errno: Unavailable or Exhausted.
Error unreachable(const Endpoint& endpoint, int number);

}  // namespace tally::redis
