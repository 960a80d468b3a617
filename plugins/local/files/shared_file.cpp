#include "local/files/shared_file.hpp"

#include <time.h>

namespace tally::local {
namespace {

// A clock for a rough second. Every append asks, and the C library's clock would be a fourth of all that it computes.
#if defined(__x86_64__)
constexpr std::uint64_t kSecond = std::uint64_t{1} << 30;  // or less: processors tick at 1 GHz and more
std::uint64_t ticks() noexcept { return __builtin_ia32_rdtsc(); }
#else
constexpr std::uint64_t kSecond = 1'000'000'000;
std::uint64_t ticks() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * kSecond + static_cast<std::uint64_t>(now.tv_nsec);
}
#endif

}  // namespace

SharedFile::SharedFile(UniqueFd fd) noexcept : fd_(std::move(fd)), looked_(ticks()) {}

// Where the ticks of two processors differ, a look too many is all that can happen.
bool SharedFile::isLookDue() noexcept {
  const std::uint64_t now = ticks();
  if (now - looked_.load(std::memory_order_relaxed) < kSecond) return false;
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
