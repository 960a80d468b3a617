#pragma once
// What every program of the kit understands on its command line, and the run that follows.

#include <functional>
#include <string>
#include <vector>

#include "tally/conformance/runner.hpp"

namespace CLI {
class App;
}

namespace tally::conformance {

struct CommandLine {
  Options options;
  std::vector<std::string> required;  ///< cases and groups that must not be skipped
  std::vector<std::string> excepted;  ///< of these, those that may
  std::string json_file, junit_file;
  bool list = false;
  bool verbose = false;
  bool no_isolate = false;
};

/// Add the options to `app`, which fill `line`.
void describe(CLI::App& app, CommandLine& line);

/// The exit codes, for the end of --help.
const char* exitCodeHelp() noexcept;

void printList(const std::vector<Group>& groups);

/// Run, print, write the reports, and return the exit code. A SIGINT or SIGTERM ends the run with what is known.
/// Errors: those of run(); CantReport, with every report that couldn't be written.
int runAndReport(Harness& harness, const std::vector<Group>& groups, CommandLine& line);

/// Call `program`, which parses the line of `app` and runs, and turn what it throws into a message under the name of
/// `app` and an exit code. What was printed and never came out is a failure too.
int guarded(CLI::App& app, const std::function<int()>& program);

}  // namespace tally::conformance
