#pragma once
// Ctrl-C as a wish to stop, for commands that go on until somebody ends them.

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <stop_token>
#include <thread>

namespace tally::cli {

/// From its construction on SIGINT asks to stop; the second one ends the process at once. Where it is ignored it stays
/// so. To be made before the store is opened, since threads that others start must not take the signal.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  std::stop_token token() const noexcept { return stop_.get_token(); }
  bool requested() const noexcept { return stop_.stop_requested(); }

 private:
  void watch();

  sigset_t before_, interrupt_;
  std::stop_source stop_;
  std::atomic<bool> over_ = false;
  std::thread watcher_;
};

}  // namespace tally::cli
