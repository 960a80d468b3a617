#include "isolate.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "parallel.hpp"

namespace tally::conformance {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void answer(int fd, const std::function<std::string()>& body) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string text = body();
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t done = ::write(fd, text.data() + at, text.size() - at);
    if (done < 0 && errno != EINTR) break;
    if (done > 0) at += static_cast<std::size_t>(done);
  }
  _exit(0);  // no destructors: what the parent owns stays the parent's
}

/// Whether the pipe ended before the deadline.
bool collect(int fd, Clock::time_point deadline, std::string& text) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd wait{fd, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left));
    if (ready <= 0) continue;
    char buffer[4096];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace

ChildAnswer inChild(int limit_seconds, const std::function<std::string()>& body) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid == 0) {
    ::close(ends[0]);
    answer(ends[1], body);
  }
  ::setpgid(pid, pid);  // in both processes, so that the group is there whoever comes first
  ::close(ends[1]);
  ChildAnswer result;
  if (!collect(ends[0], Clock::now() + std::chrono::seconds(limit_seconds), result.text)) {
    result.crash = "hung: no end after " + std::to_string(limit_seconds) + " s";
  }
  if (!result.crash.empty()) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-pid, SIGKILL);  // processes that the case left behind
  ::close(ends[0]);
  if (result.crash.empty()) result.crash = crashOf(status);
  return result;
}

}  // namespace tally::conformance
