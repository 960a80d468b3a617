#pragma once
// Ctrl-C and its like as a wish to stop, for commands that take long or go on until somebody ends them.

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <stop_token>
#include <thread>

#include "exit_codes.hpp"

namespace tally::cli {

/// From its construction on SIGINT, SIGTERM and SIGHUP ask to stop; the second signal ends the process at once. What is
/// ignored stays so. To be made before the store is opened, since threads that others start must not take the signal.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  std::stop_token token() const noexcept { return stop_.get_token(); }
  bool requested() const noexcept { return stop_.stop_requested(); }
  /// What the command ends with once it was asked to stop: 128 and the number of the signal.
  ExitCode status() const noexcept { return static_cast<ExitCode>(128 + signal_.load()); }

 private:
  void watch();

  sigset_t before_, watched_;
  int any_ = 0;  // one of those watched
  std::atomic<int> signal_ = SIGINT;
  std::stop_source stop_;
  std::atomic<bool> over_ = false;
  std::thread watcher_;
};

}  // namespace tally::cli
