#include "plugins/load/plugin_probe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "plugins/boundary/call_frame.hpp"
#include "plugins/load/plugin_search.hpp"
#include "plugins/load/probe_protocol.hpp"
#include "tally/error.hpp"

namespace tally::plugins {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLimit{5};
constexpr const char* kAskForBuild = ". It would do the same to this program: ask its author for another build";

Error refused(const std::string& what) {
  return Error(ErrorCode::PluginProbeFailed, "loaded in a child process on trial, " + what);
}

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) fail();
    for (int& end : ends_) moveUp(end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    closeReader();
    closeWriter();
  }
  int reader() const noexcept { return ends_[0]; }
  int writer() const noexcept { return ends_[1]; }
  void closeWriter() noexcept { close(ends_[1]); }

 private:
  static void close(int& end) noexcept {
    if (end >= 0) ::close(end);
    end = -1;
  }
  void closeReader() noexcept { close(ends_[0]); }

  // Where the host runs without standard descriptors, the child's would be opened over the pipe.
  void moveUp(int& end) {
    if (end > kProbeDescriptor) return;
    const int higher = ::fcntl(end, F_DUPFD_CLOEXEC, kProbeDescriptor + 1);
    if (higher < 0) fail();
    ::close(std::exchange(end, higher));
  }

  [[noreturn]] void fail() {
    const int number = errno;
    closeReader(), closeWriter();
    throw Error(ErrorCode::Exhausted, std::string("no pipe for the trial: ") + std::strerror(number));
  }

  std::array<int, 2> ends_{-1, -1};
};

std::filesystem::path helper() {
  if (coreFolder().empty()) {
    throw refused(
        "it can't be tried: the folder of the Tally library is unknown, and with it its helper. Start the "
        "program by its full path, with full paths in LD_LIBRARY_PATH, or set plugins.probe: never");
  }
  auto file = coreFolder() / "tally" / kProbeHelper;
  if (::access(file.c_str(), X_OK) == 0) return file;
  throw refused("it can't be tried: " + file.string() + " is missing or can't be run. Install the Tally runtime " +
                "again, or set plugins.probe: never");
}

pid_t start(const std::filesystem::path& file, const Pipe& answer) {
  const std::string program = helper().string(), plugin = file.string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
  }
  posix_spawn_file_actions_adddup2(&actions, answer.writer(), kProbeDescriptor);
  const std::array<char*, 3> arguments{const_cast<char*>(program.c_str()), const_cast<char*>(plugin.c_str()), nullptr};
  pid_t child = -1;
  const int number = ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (number != 0)
    throw refused(program + " does not start: " + std::strerror(number) + ". Mend that, or set plugins.probe: never");
  return child;
}

// The child, which does not outlive this.
class Child {
 public:
  explicit Child(pid_t number) : number_(number) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (ended_) return;
    ::kill(number_, SIGKILL);
    collect(0);
  }

  /// Its status, or nothing if it lives on at `end`. There is nothing that waits for a child with a time limit.
  std::optional<int> statusBy(Clock::time_point end) {
    for (auto pause = std::chrono::microseconds(20);; pause = std::min(2 * pause, std::chrono::microseconds(2000))) {
      if (collect(WNOHANG)) return status_;
      if (Clock::now() >= end) return std::nullopt;
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  bool collect(int flags) {
    pid_t found = -1;
    do {
      found = ::waitpid(number_, &status_, flags);
    } while (found < 0 && errno == EINTR);
    ended_ = found != 0;  // also where the program collects all children itself
    return ended_;
  }

  pid_t number_;
  int status_ = 0;
  bool ended_ = false;
};

// What the child said before it closed the pipe, or nothing if it took too long. Errors: Timeout, Cancelled.
std::optional<std::string> answerOf(int reader, Clock::time_point end, const Call& call) {
  const CallFrame frame(call);
  const auto limit = std::min(end, call.deadline);
  for (std::string said;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now()).count();
    std::array<pollfd, 2> ready{pollfd{reader, POLLIN, 0}, pollfd{frame.view()->cancel_fd, POLLIN, 0}};
    const int count = ::poll(ready.data(), ready.size(), static_cast<int>(left < 0 ? 0 : left));
    if (count < 0 && errno == EINTR) continue;
    call.check();
    if (count <= 0) return std::nullopt;
    std::array<char, 64> block;
    const ssize_t got = ::read(reader, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return said;
    said.append(block.data(), static_cast<std::size_t>(got));
    if (said.size() > kProbeToken.size()) return said;
  }
}

std::string endOf(int status) {
  if (WIFSIGNALED(status)) {
    const char* const name = ::sigabbrev_np(WTERMSIG(status));
    return std::string("the plugin crashed (SIG") + (name == nullptr ? "?" : name) + ")" + kAskForBuild;
  }
  return "the plugin ended the process (exit status " + std::to_string(WEXITSTATUS(status)) + ")" + kAskForBuild;
}

}  // namespace

void probe(const std::filesystem::path& file, const Call& call) {
  const auto end = Clock::now() + kLimit;
  Pipe answer;
  Child child(start(file, answer));
  answer.closeWriter();
  const auto said = answerOf(answer.reader(), end, call);
  // The word counts, not the status: a constructor that calls exit(0) says none.
  if (said == kProbeToken) return;
  const auto status = said ? child.statusBy(std::min(end, call.deadline)) : std::nullopt;
  if (status) throw refused(endOf(*status));
  call.check();
  throw refused("the plugin did not answer in " + std::to_string(kLimit.count()) + " s" + kAskForBuild);
}

}  // namespace tally::plugins
