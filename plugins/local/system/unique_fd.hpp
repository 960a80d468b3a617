#pragma once
// A file descriptor with one owner.

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tally::local {

/// Owns a descriptor, or none. Closing keeps errno, so that a failure can be looked at after the clean-up.
class UniqueFd {
 public:
  UniqueFd() noexcept = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (fd_ < 0) return;
    const int kept = errno;
    ::close(fd_);
    errno = kept;
  }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace tally::local
