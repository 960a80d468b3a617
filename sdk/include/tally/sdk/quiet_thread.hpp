#pragma once
// Threads of a plugin inside of somebody else's program.

#include <pthread.h>

#include <csignal>

namespace tally::sdk {

/// While it lives, the thread that made it starts threads on which none of the program's signal handlers ever runs, and
/// where a broken connection is no SIGPIPE: a new thread inherits what its maker blocks.
///   const tally::sdk::BlockedSignals quiet;
///   thread_ = std::thread(work);
/// Threads: made and destroyed on one. Cost: a system call each.
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
  sigset_t before_{};
};

}  // namespace tally::sdk
