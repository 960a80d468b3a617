#include "plugins/plugin_probe.hpp"

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

#include "plugins/plugin_search.hpp"
#include "plugins/probe_protocol.hpp"
#include "tally/error.hpp"

namespace tally::plugins {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLimit{5};

Error refused(const std::string& what) {
  return Error(ErrorCode::PluginProbeFailed, "loaded in a child process on trial, " + what);
}

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw Error(ErrorCode::Exhausted, std::string("no pipe for the trial: ") + std::strerror(errno));
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends_[0]);
    closeWriter();
  }
  int reader() const noexcept { return ends_[0]; }
  int writer() const noexcept { return ends_[1]; }
  void closeWriter() noexcept {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::filesystem::path helper() {
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
  if (number != 0) throw refused(program + " does not start: " + std::strerror(number));
  return child;
}

// What the child said before it closed the pipe, or nothing if it took too long.
std::optional<std::string> answerOf(int reader) {
  std::string said;
  for (const auto end = Clock::now() + kLimit;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{reader, POLLIN, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(left < 0 ? 0 : left));
    if (count < 0 && errno == EINTR) continue;
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
    return std::string("the plugin crashed (SIG") + (name == nullptr ? "?" : name) + ")";
  }
  return "the plugin ended the process (exit status " + std::to_string(WEXITSTATUS(status)) + ")";
}

}  // namespace

void probe(const std::filesystem::path& file) {
  Pipe answer;
  const pid_t child = start(file, answer);
  answer.closeWriter();
  const auto said = answerOf(answer.reader());
  if (!said) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!said) throw refused("the plugin did not answer in " + std::to_string(kLimit.count()) + " s");
  // The word counts, not the status: a constructor that calls exit(0) says none.
  if (*said != kProbeToken) throw refused(endOf(status));
}

}  // namespace tally::plugins
