#include "isolate.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "parallel.hpp"

namespace tally::conformance {
namespace {

[[noreturn]] void answer(int fd, const Isolated::Body& body, const std::function<void()>& afterwards) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);  // the report is the parent's
  const std::string text = body();
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t done = ::write(fd, text.data() + at, text.size() - at);
    if (done < 0 && errno != EINTR) break;
    if (done > 0) at += static_cast<std::size_t>(done);
  }
  if (afterwards) afterwards();
  _exit(0);  // no destructors: what the parent owns stays the parent's
}

int millisecondsUntil(Isolated::Clock::time_point time) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Isolated::Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace

Isolated::Isolated(int limit_seconds, const Body& body, const std::function<void()>& afterwards)
    : limit_seconds_(limit_seconds), deadline_(begin_ + std::chrono::seconds(limit_seconds)) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  pid_ = ::fork();
  if (pid_ < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  }
  if (pid_ == 0) {
    ::close(ends[0]);
    answer(ends[1], body, afterwards);
  }
  ::setpgid(pid_, pid_);  // in both processes, so that the group is there whoever comes first
  ::close(ends[1]);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  pipe_ = ends[0];
}

Isolated::~Isolated() {
  killAll();
  ::close(pipe_);
}

void Isolated::killAll() noexcept {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool Isolated::advance() {
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::read(pipe_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Clock::now() >= deadline_;
    if (got == 0) return true;
    if (answer_.text.empty()) answered_ = Clock::now();
    answer_.text.append(buffer, static_cast<std::size_t>(got));
  }
}

ChildAnswer Isolated::finish() {
  if (answered_ == Clock::time_point{}) answered_ = Clock::now();
  answer_.seconds = std::chrono::duration<double>(answered_ - begin_).count();
  if (Clock::now() >= deadline_) {
    if (answer_.text.empty()) answer_.crash = "hung: no end after " + std::to_string(limit_seconds_) + " s";
    killAll();
    return std::move(answer_);
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-pid_, SIGKILL);  // processes that it left behind
  pid_ = -1;
  answer_.crash = crashOf(status);
  return std::move(answer_);
}

void waitForOne(const std::vector<std::unique_ptr<Isolated>>& running) {
  std::vector<pollfd> waits;
  auto deadline = Isolated::Clock::time_point::max();
  for (const auto& one : running) {
    waits.push_back({one->descriptor(), POLLIN, 0});
    deadline = std::min(deadline, one->deadline());
  }
  ::poll(waits.data(), waits.size(), millisecondsUntil(deadline));
}

ChildAnswer inChild(int limit_seconds, const Isolated::Body& body) {
  std::vector<std::unique_ptr<Isolated>> alone;
  alone.push_back(std::make_unique<Isolated>(limit_seconds, body));
  while (!alone.front()->advance()) waitForOne(alone);
  return alone.front()->finish();
}

}  // namespace tally::conformance
