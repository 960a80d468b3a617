#include "shared_file.hpp"

#include <time.h>

namespace tally::local {
namespace {

// The clock that is read without a system call, and without asking the hardware.
std::int64_t coarseMilliseconds() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

SharedFile::SharedFile(UniqueFd fd) noexcept : fd_(std::move(fd)), looked_(coarseMilliseconds()) {}

bool SharedFile::isLookDue() noexcept {
  constexpr std::int64_t kEvery = 1000;
  const std::int64_t now = coarseMilliseconds();
  if (now - looked_.load(std::memory_order_relaxed) < kEvery) return false;
  looked_.store(now, std::memory_order_relaxed);
  return true;
}

int SharedFile::sync() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++asked_;
  while (done_ < mine && failure_ == 0) {
    if (is_syncing_) {
      synced_.wait(lock);
      continue;
    }
    is_syncing_ = true;
    const std::uint64_t served = asked_;
    lock.unlock();
    const int failure = ::fdatasync(fd_.get()) == 0 ? 0 : errno;
    lock.lock();
    is_syncing_ = false;
    if (failure == 0) done_ = served;
    failure_ = failure;
    synced_.notify_all();
  }
  return done_ < mine ? failure_ : 0;
}

}  // namespace tally::local
