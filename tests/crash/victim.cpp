#include "victim.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace tally::crash {
namespace {

void openPipe(int (&ends)[2]) { expect(::pipe(ends) == 0, "no pipe can be made"); }

std::string readAll(int fd) {
  std::string all;
  char part[4096];
  for (ssize_t got; (got = ::read(fd, part, sizeof part)) > 0;) all.append(part, static_cast<std::size_t>(got));
  return all;
}

}  // namespace

Victim::Victim(const std::function<void(std::uint32_t)>& step) {
  openPipe(start_);
  openPipe(acknowledged_);
  openPipe(complaint_);
  child_ = ::fork();
  expect(child_ >= 0, "no process can be made");
  if (child_ == 0) work(step);
  ::close(start_[0]);
  ::close(acknowledged_[1]);
  ::close(complaint_[1]);
}

void Victim::work(const std::function<void(std::uint32_t)>& step) const {
  try {
    char go = 0;
    expect(::read(start_[0], &go, 1) == 1, "nobody starts the child");
    for (std::uint32_t i = 0;; ++i) {
      step(i);
      expect(::write(acknowledged_[1], "+", 1) == 1, "nobody listens");
    }
  } catch (const std::exception& error) {
    const std::string text = error.what();
    ::_exit(::write(complaint_[1], text.data(), text.size()) < 0 ? 2 : 1);
  }
}

Victim::~Victim() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  ::close(start_[1]);
  ::close(acknowledged_[0]);
  ::close(complaint_[0]);
}

void Victim::start() { expect(::write(start_[1], "!", 1) == 1, "the child is gone already"); }

void Victim::awaitFirstStep() {
  pollfd ready{acknowledged_[0], POLLIN, 0};
  expect(::poll(&ready, 1, 30'000) == 1, "the child does not begin");
}

std::uint32_t Victim::kill() {
  ::kill(child_, SIGKILL);
  int status = 0;
  expect(::waitpid(child_, &status, 0) == child_, "the child is gone already");
  child_ = -1;
  const auto steps = static_cast<std::uint32_t>(readAll(acknowledged_[0]).size());
  expect(WIFSIGNALED(status), "the child failed: " + readAll(complaint_[0]));
  return steps;
}

void spin(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

}  // namespace tally::crash
