#include "shared_file.hpp"

namespace tally::local {

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
