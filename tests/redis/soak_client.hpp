#pragma once
// A client for soak tests: writes, appends and follows until it is told to stop, and knows what must be there.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "redis/storage/redis_storage.hpp"

namespace tally::test {

/// Threads: its own two; what it tells is for after stop().
class SoakClient {
 public:
  /// `name` has no spaces. Two clients have different ones, and the same store.
  SoakClient(std::string name, const redis::Settings& settings);
  ~SoakClient() { stop(); }

  /// How often it was told that something is done. Any thread.
  int acknowledged() const noexcept { return acknowledged_; }
  void stop();

  /// What is wrong, a line each; nothing where all is well. `storage` is asked for what is there.
  std::vector<std::string> findings(IStorage& storage) const;

 private:
  struct Line {
    std::string text;
    bool acknowledged = false;  // else nobody said whether it landed
  };
  void work();
  void appendOnce(int number);
  void appendPlainly(int number);
  void replace(int number);
  void follow();
  template <typename Attempt>
  bool tryUntilKnown(Attempt&& attempt);
  void compareLines(const std::string& key, const std::vector<Line>& lines, IStorage& storage,
                    std::vector<std::string>& found) const;

  const std::string name_;
  redis::RedisStorage storage_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> acknowledged_{0};
  std::vector<Line> shared_, own_;  // appended to the log of all, with tokens; to a log of its own, without
  int value_ = 0;                   // the last number that was written and acknowledged
  std::vector<int> open_values_;    // numbers written since then, of which nobody said whether they landed
  std::atomic<std::uint64_t> follow_until_{UINT64_MAX};
  std::string followed_;
  std::string follow_failure_;
  std::jthread worker_, follower_;
};

}  // namespace tally::test
