#pragma once
// Many operations at once, on a few threads; what became of them goes back to the caller's thread.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tally/storage.hpp"

namespace tally::s2 {

/// What became of one item.
struct Outcome {
  std::string content;
  StorageStat stat;
  std::optional<Error> error;
};

/// One run over the items 0 to count-1. The threads belong to the run and end with it.
/// Threads: one.
class SideBySide {
 public:
  /// `work` runs on several threads; what it throws is the item's outcome. Errors: Exhausted when there can be no
  /// thread.
  using Work = std::function<Outcome(std::size_t)>;
  SideBySide(std::size_t count, Work work);
  SideBySide(const SideBySide&) = delete;
  SideBySide& operator=(const SideBySide&) = delete;
  /// Begins no more items, and waits for those under way.
  ~SideBySide();

  /// The next one that is done, in any order; nothing at the end. Blocks. Cost: outcomes that wait are held in memory,
  /// up to a limit, then the threads wait.
  std::optional<std::pair<std::size_t, Outcome>> next();

 private:
  void run();
  Outcome outcomeOf(std::size_t index) const;

  const std::size_t count_;
  const Work work_;
  std::mutex mutex_;
  std::condition_variable done_, room_;
  // Guarded by mutex_.
  std::size_t begun_ = 0, taken_ = 0, held_bytes_ = 0;
  bool stopped_ = false;
  std::vector<std::pair<std::size_t, Outcome>> outcomes_;  // in the order of their ends; with room for all

  std::vector<std::thread> threads_;
};

}  // namespace tally::s2
