#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "report.hpp"
#include "tally/conformance/runner.hpp"

namespace tally::conformance {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct CommandLine {
  Options options;
  std::string json_file;
  bool list = false;
  bool verbose = false;
  bool no_isolate = false;
};

void describe(CLI::App& app, CommandLine& line) {
  app.add_flag("--list", line.list, "print the cases and end");
  app.add_option("--only", line.options.only, "cases and groups, as in A,C07,H")->delimiter(',');
  app.add_option("--seed", line.options.seed, "of all random choices")->capture_default_str();
  app.add_option("--repeat", line.options.repeat, "rounds; each next one adds 1 to the seed")->capture_default_str();
  app.add_flag("--quick", line.options.quick, "without the slow cases");
  app.add_flag("--no-isolate", line.no_isolate, "all cases in this process, for a debugger; nothing limits a hang");
  app.add_option("--json", line.json_file, "also write the report to this file");
  app.add_flag("--verbose", line.verbose, "say the reason of each skip in place");
}

void printList(const std::vector<Group>& groups) {
  for (const auto& group : groups) {
    std::printf("%c  %s\n", group.letter, group.title);
    for (const auto& test : group.cases) std::printf("   %-4s %s\n", test.id, test.title);
  }
}

int runCases(const std::vector<Group>& groups, Harness& harness, CommandLine& line) {
  const Progress progress(::isatty(STDOUT_FILENO) == 1, line.verbose);
  line.options.before = [&](const Case& test) { progress.before(test); };
  line.options.after = [&](const Outcome& outcome) { progress.after(outcome); };
  const Report report = run(harness, groups, line.options);
  printSummary(report);
  if (!line.json_file.empty()) writeJson(report, line.json_file);
  return report.count(Result::Failed) == 0 ? 0 : kFailed;
}

}  // namespace

int runMain(int argc, char** argv, Harness& harness, const std::vector<Group>& more_groups) {
  std::vector<Group> groups = baseGroups();
  groups.insert(groups.end(), more_groups.begin(), more_groups.end());
  CLI::App app("Tries to break the storage contract on '" + harness.name() + "'.");
  CommandLine line;
  describe(app, line);
  try {
    app.parse(argc, argv);
    line.options.isolate = !line.no_isolate;
    if (line.list) {
      printList(groups);
      return 0;
    }
    return runCases(groups, harness, line);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", harness.name().c_str(), error.what());
    return kUsage;
  }
}

}  // namespace tally::conformance
