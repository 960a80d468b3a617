#include "interrupt.hpp"

#include <unistd.h>

#include "exit_codes.hpp"

namespace tally::cli {

Interrupt::Interrupt() {
  struct sigaction now {};
  // A job that a script started in the background is to be left alone.
  if (::sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) return;
  ::sigemptyset(&interrupt_);
  ::sigaddset(&interrupt_, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &interrupt_, &before_);
  watcher_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
  if (!watcher_.joinable()) return;
  over_ = true;
  ::pthread_kill(watcher_.native_handle(), SIGINT);
  watcher_.join();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Interrupt::watch() {
  for (int number = 0; ::sigwait(&interrupt_, &number) == 0 && !over_;) {
    if (!stop_.request_stop()) ::_exit(statusOf(ExitCode::Interrupted));
  }
}

}  // namespace tally::cli
