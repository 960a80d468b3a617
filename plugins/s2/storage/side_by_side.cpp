#include "s2/storage/side_by_side.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <system_error>

#include "tally/sdk/quiet_thread.hpp"

namespace tally::s2 {
namespace {

constexpr std::size_t kMostThreads = 16;
constexpr std::size_t kMostHeldBytes = std::size_t{32} * 1024 * 1024;

}  // namespace

SideBySide::SideBySide(std::size_t count, Work work) : count_(count), work_(std::move(work)) {
  const std::size_t wanted = std::min(count, kMostThreads);
  threads_.reserve(wanted);
  outcomes_.reserve(count);
  const sdk::BlockedSignals quiet;
  try {
    while (threads_.size() < wanted) threads_.emplace_back([this] { run(); });
  } catch (const std::system_error& error) {
    if (threads_.empty() && count != 0) {
      throw Error(ErrorCode::Exhausted, std::string("no thread can be started: ") + error.what());
    }
  }
}

SideBySide::~SideBySide() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void SideBySide::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    room_.wait(lock, [&] { return stopped_ || held_bytes_ < kMostHeldBytes; });
    if (stopped_ || begun_ == count_) return;
    const std::size_t index = begun_++;
    lock.unlock();
    Outcome outcome = outcomeOf(index);
    lock.lock();
    held_bytes_ += outcome.content.size();
    outcomes_.emplace_back(index, std::move(outcome));
    done_.notify_one();
  }
}

Outcome SideBySide::outcomeOf(std::size_t index) const {
  Outcome outcome;
  try {
    return work_(index);
  } catch (const Error& error) {
    outcome.error = error;
  } catch (const std::bad_alloc&) {
    outcome.error = Error(ErrorCode::Exhausted, "no memory");
  } catch (const std::exception& error) {
    outcome.error = Error(ErrorCode::Internal, error.what());
  }
  return outcome;
}

std::optional<std::pair<std::size_t, Outcome>> SideBySide::next() {
  std::unique_lock lock(mutex_);
  if (taken_ == count_) return std::nullopt;
  done_.wait(lock, [&] { return outcomes_.size() > taken_; });
  auto outcome = std::move(outcomes_[taken_++]);
  held_bytes_ -= outcome.second.content.size();
  room_.notify_all();
  return outcome;
}

}  // namespace tally::s2
