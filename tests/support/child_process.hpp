#pragma once
// A program started by a test, which never outlives it.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tally::test {

/// Ends with the thread that started it, at the latest.
class ChildProcess {
 public:
  ChildProcess() = default;
  /// Start `command`, found on the PATH; its output goes to the end of `log`.
  /// Errors: std::runtime_error if no process can be made.
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& log);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  /// Kills it, unless this is a forked copy of the test.
  ~ChildProcess();

  bool isRunning();
  void kill();          ///< SIGKILL, and wait for the end
  void stop() const;    ///< SIGSTOP: it is there, but does nothing
  void resume() const;  ///< SIGCONT
  int wait();           ///< for its end; the exit code

 private:
  void signal(int number) const;

  pid_t pid_ = -1;
  pid_t owner_ = -1;
};

/// Run a program to its end and return what it printed. Errors: std::runtime_error with its output if it fails.
std::string runProgram(const std::vector<std::string>& command);

/// A port of the loopback interface that nobody uses now.
std::uint16_t freePort();

}  // namespace tally::test
