#pragma once
// A process that works until it is killed, and says after each step that the step was acknowledged.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

namespace tally::crash {

/// Run `step(0)`, `step(1)`, ... in a child process, from start() until kill().
/// Not for threads: the child is forked.
class Victim {
 public:
  explicit Victim(const std::function<void(std::uint32_t)>& step);
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim();

  void start();
  /// Wait until the first step is acknowledged.
  void awaitFirstStep();
  /// Send SIGKILL, and wait until the process is gone. Returns how many steps were acknowledged.
  /// Errors: std::runtime_error with the child's words, if it ended in another way.
  std::uint32_t kill();

 private:
  [[noreturn]] void work(const std::function<void(std::uint32_t)>& step) const;

  pid_t child_ = -1;
  int start_[2] = {-1, -1};
  int acknowledged_[2] = {-1, -1};
  int complaint_[2] = {-1, -1};
};

/// Burn time without sleeping, so that a kill can come between any two instructions of the victim.
void spin(std::chrono::microseconds time);

/// Fail the program unless `fact` holds.
inline void expect(bool fact, const std::string& what) {
  if (!fact) throw std::runtime_error(what);
}

}  // namespace tally::crash
