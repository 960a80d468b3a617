#include "parallel.hpp"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <system_error>
#include <thread>
#include <vector>

namespace tally::local {
namespace {

// Threads inherit the mask of who starts them.
class BlockedSignals {
 public:
  BlockedSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

std::vector<std::jthread> start(std::size_t count, const std::function<void()>& work) {
  std::vector<std::jthread> threads;
  const BlockedSignals blocked;
  try {
    while (threads.size() < count) threads.emplace_back(work);
  } catch (const std::system_error&) {
    return threads;  // those that there are do the work
  }
  return threads;
}

}  // namespace

void inParallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t item; (item = next.fetch_add(1, std::memory_order_relaxed)) < count;) work(item);
  };
  const auto others = start(threads - 1, take);
  take();
}

}  // namespace tally::local
