#pragma once
// Runs one thing in a child process and brings its answer back, whatever happens to the child.

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tally::conformance {

/// What came of it.
struct ChildAnswer {
  std::string text;    ///< what `body` returned; empty after a crash
  std::string crash;   ///< "crashed: SIGSEGV", "hung: ...", or empty
  double seconds = 0;  ///< until the answer, or the end
};

/// One child process at work.
class Isolated {
 public:
  using Clock = std::chrono::steady_clock;
  using Body = std::function<std::string()>;

  /// Fork and run `body` there, then `afterwards`, whose time does not count and whose hanging is no failure. What the
  /// child prints goes to standard error. A child that takes longer is killed with the processes that it started.
  /// Errors: std::runtime_error if there is no process to be had.
  Isolated(int limit_seconds, const Body& body, const std::function<void()>& afterwards = {});
  Isolated(const Isolated&) = delete;
  Isolated& operator=(const Isolated&) = delete;
  ~Isolated();

  /// Turns readable when there is something to advance().
  int descriptor() const noexcept { return pipe_; }
  Clock::time_point deadline() const noexcept { return deadline_; }
  /// Take in what the child wrote. True when it has come to its end, or is over its time.
  bool advance();
  /// The answer, once advance() was true.
  ChildAnswer finish();

 private:
  void killAll() noexcept;

  pid_t pid_ = -1;
  int pipe_ = -1;
  int limit_seconds_;
  Clock::time_point begin_ = Clock::now(), deadline_, answered_{};
  ChildAnswer answer_;
};

/// Wait until one of them may advance, or a signal came.
void waitForOne(const std::vector<std::unique_ptr<Isolated>>& running);

/// Run `body` in a child and wait for it.
ChildAnswer inChild(int limit_seconds, const Isolated::Body& body);

}  // namespace tally::conformance
