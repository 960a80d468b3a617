#pragma once
// Threads and processes for cases: started together, joined, their first failure thrown in the case.

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tally::conformance {

/// Run body(0) to body(count - 1) at the same time. Throws what the first one threw, after all have ended.
void inThreads(unsigned count, const std::function<void(unsigned)>& body);

/// The same in child processes. Nothing opened before may be used in `body`.
void inProcesses(unsigned count, const std::function<void(unsigned)>& body);

/// Raises a flag when it goes, so that others stop also when this thread failed.
class RaiseAtEnd {
 public:
  explicit RaiseAtEnd(std::atomic<bool>& flag) noexcept : flag_(flag) {}
  RaiseAtEnd(const RaiseAtEnd&) = delete;
  RaiseAtEnd& operator=(const RaiseAtEnd&) = delete;
  ~RaiseAtEnd() { flag_ = true; }

 private:
  std::atomic<bool>& flag_;
};

/// A child process that reports numbers, "the write with this number was acknowledged" for instance.
class Child {
 public:
  /// How the child reports; every report has left the process when it returns.
  using Reporter = std::function<void(std::uint64_t)>;

  explicit Child(const std::function<void(const Reporter&)>& body);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Kills it if it still runs.
  ~Child();

  /// Wait for the next number; nothing when the child has ended. Throws Failure with the child's words if it failed.
  std::optional<std::uint64_t> next();
  /// kill -9, and wait until it is gone. Numbers reported before can still be had from next().
  void kill();
  /// Take the numbers that are left and wait for its end. Throws Failure if it failed or crashed.
  void finish();

 private:
  bool readAll(void* data, std::size_t size);
  void reap();

  pid_t pid_ = -1;
  int pipe_ = -1;
  int status_ = 0;
  bool killed_ = false;
};

/// "crashed: SIGSEGV", or empty when the process ended by itself.
std::string crashOf(int wait_status);

}  // namespace tally::conformance
