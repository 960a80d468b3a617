#include "local/abilities/parallel.hpp"

#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "tally/sdk/quiet_thread.hpp"

namespace tally::local {
namespace {

std::vector<std::jthread> start(std::size_t count, const std::function<void()>& work) {
  std::vector<std::jthread> threads;
  const sdk::BlockedSignals quiet;
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
