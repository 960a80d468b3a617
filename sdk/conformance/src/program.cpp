#include "program.hpp"

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>

#include "report.hpp"

namespace tally::conformance {
namespace {

volatile sig_atomic_t stop_asked = 0;

/// Ends the run between two cases instead of the program, so that places are cleared and the report is written.
void stopOnSignals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_asked = 1; };
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

bool isNamed(const std::vector<std::string>& names, const std::string& id) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name == id || name == id.substr(0, 1); });
}

/// Says which cases were skipped although they had to run.
bool allRequiredRan(const Report& report, const CommandLine& line) {
  std::string ids;
  for (const auto& one : report.outcomes) {
    const bool required = isNamed(line.required, one.test->id) && !isNamed(line.excepted, one.test->id);
    if (one.result == Result::Skipped && required) (ids += ' ') += one.test->id;
  }
  if (!ids.empty()) std::printf("skipped, but required:%s\n", ids.c_str());
  return ids.empty();
}

/// The reports beside the printed one. Where one can't be written, the other still is.
void writeFiles(const Report& report, const std::vector<Group>& groups, const CommandLine& line) {
  std::string faults;
  const auto attempt = [&](const std::string& file, auto&& write) {
    try {
      if (!file.empty()) write();
    } catch (const CantReport& fault) {
      faults += (faults.empty() ? "" : "; ") + std::string(fault.what());
    }
  };
  attempt(line.json_file, [&] { writeJson(report, line.json_file); });
  attempt(line.junit_file, [&] { writeJunit(report, groups, line.junit_file); });
  if (!faults.empty()) throw CantReport(faults);
}

/// What `program` ends with. Help and version are answers, every other fault of the line is a wrong usage.
int answered(CLI::App& app, const std::function<int()>& program) {
  const std::string hint = "\nhint: '" + app.get_name() + " --help' shows how";  // parsing changes the name
  try {
    return program();
  } catch (const CLI::ParseError& fault) {
    if (fault.get_exit_code() == 0) return app.exit(fault);
    throw std::runtime_error(fault.what() + hint);
  }
}

}  // namespace

void describe(CLI::App& app, CommandLine& line) {
  auto& options = line.options;
  app.add_flag("--list", line.list, "print the cases with their promises and end");
  app.add_option("--only", options.only, "cases and groups, as in A,C07,H")->delimiter(',');
  app.add_option("--require", line.required, "cases and groups that must not be skipped")->delimiter(',');
  app.add_option("--except", line.excepted, "those that may, although --require names their group")->delimiter(',');
  app.add_flag("--quick", options.quick, "without the slow cases");
  app.add_option("--seed", options.seed, "of all random choices")->capture_default_str();
  app.add_option("--repeat", options.repeat, "rounds; each next one adds 1 to the seed")->capture_default_str();
  app.add_option("--effort", options.effort,
                 "percent of the repetitions in cases that prove by repeating; also TALLY_CONFORMANCE_EFFORT")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--timeout", options.limit_seconds, "seconds for each case, instead of each its own limit")
      ->check(CLI::Range(1, 86'400));
  app.add_option("--jobs", options.jobs, "cases at the same time, in places of their own")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--json", line.json_file, "also write the report to this file");
  app.add_option("--junit", line.junit_file, "also write the report to this file, as JUnit's XML");
  app.add_flag("--verbose", line.verbose, "say the reason of each skip in place");
  app.add_flag("--no-isolate", line.no_isolate, "all cases in this process, for a debugger; nothing limits a hang");
}

const char* exitCodeHelp() noexcept {
  return "Exit codes:\n"
         "  0    every case that was run passed\n"
         "  1    a case failed, or one that --require names was skipped\n"
         "  2    the command line or the configuration is wrong\n"
         "  3    the storage under test can't be opened\n"
         "  4    standard output or the file of a report can't be written\n"
         "  130  stopped by a signal; the report holds what had ended\n";
}

void printList(const std::vector<Group>& groups) {
  for (const auto& group : groups) {
    std::printf("%c  %s\n", group.letter, group.title);
    for (const auto& test : group.cases) std::printf("   %-4s %s\n", test.id, test.title);
  }
}

int runAndReport(Harness& harness, const std::vector<Group>& groups, CommandLine& line) {
  stopOnSignals();
  Progress progress(::isatty(STDOUT_FILENO) == 1, line.verbose);
  line.options.isolate = !line.no_isolate;
  line.options.planned = [&](std::size_t count) { progress.planned(count); };
  line.options.before = [&](const Case& test) { progress.before(test); };
  line.options.after = [&](const Outcome& outcome) { progress.after(outcome); };
  line.options.stop = [] { return stop_asked != 0; };
  const Report report = run(harness, groups, line.options);
  printSummary(report);
  const bool required_ran = allRequiredRan(report, line);
  writeFiles(report, groups, line);
  if (report.stopped) return kStopped;
  return report.count(Result::Failed) == 0 && required_ran ? kAllPassed : kCaseFailed;
}

int guarded(CLI::App& app, const std::function<int()>& program) {
  const auto fail = [name = app.get_name()](const std::exception& error, int code) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    return code;
  };
  try {
    const int code = answered(app, program);
    finishPrinting();
    return code;
  } catch (const CantReport& error) {
    return fail(error, kCantReport);
  } catch (const CantOpen& error) {
    return fail(error, kCantOpen);
  } catch (const std::exception& error) {
    return fail(error, kWrongUsage);
  }
}

}  // namespace tally::conformance
