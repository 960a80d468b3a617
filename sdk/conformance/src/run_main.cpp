#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "program.hpp"

namespace tally::conformance {

int runMain(int argc, char** argv, Harness& harness, const std::vector<Group>& more_groups) {
  const std::string path = argc > 0 ? argv[0] : "";
  CLI::App app("Tries to break the storage contract on '" + harness.name() + "'.", path.substr(path.rfind('/') + 1));
  app.footer(exitCodeHelp());
  return guarded(app, [&] {
    std::vector<Group> groups = baseGroups();
    groups.insert(groups.end(), more_groups.begin(), more_groups.end());
    CommandLine line;
    describe(app, line);
    app.parse(argc, argv);
    if (!line.list) return runAndReport(harness, groups, line);
    printList(groups);
    return kAllPassed;
  });
}

}  // namespace tally::conformance
