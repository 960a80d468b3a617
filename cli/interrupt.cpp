#include "interrupt.hpp"

#include <unistd.h>

namespace tally::cli {

Interrupt::Interrupt() {
  ::sigemptyset(&watched_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    // A job that a script started in the background, or under nohup, is to be left alone.
    if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) continue;
    ::sigaddset(&watched_, number);
    any_ = number;
  }
  if (any_ == 0) return;
  ::pthread_sigmask(SIG_BLOCK, &watched_, &before_);
  watcher_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
  if (!watcher_.joinable()) return;
  over_ = true;
  ::pthread_kill(watcher_.native_handle(), any_);
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::watch() {
  for (int number = 0; ::sigwait(&watched_, &number) == 0 && !over_;) {
    if (requested()) ::_exit(128 + number);
    signal_ = number;
    stop_.request_stop();
  }
}

}  // namespace tally::cli
