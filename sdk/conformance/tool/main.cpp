// tally-conformance: the conformance kit on any plugin, loaded from its file as the runtime does it.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "plugin_cases.hpp"
#include "plugin_harness.hpp"
#include "program.hpp"
#include "tally/conformance/store_groups.hpp"
#include "tally/plugin_abi.h"

namespace {

using namespace tally::conformance;

constexpr const char* kAbout =
    "Tries to break the storage contract on a plugin. Each case runs in a process of its own on an empty place; a "
    "crash "
    "or a hang is one failed case, and the others go on.";

constexpr const char* kExamples =
    "{dir} in a value stands for a temporary folder, {place} for a name of which each case has its own. A plugin with "
    "an\n"
    "option `path` that is not set gets {dir}/{place}.\n"
    "\n"
    "Examples:\n"
    "  tally-conformance build/libtally_mine.so\n"
    "  tally-conformance build/libtally_mine.so --only A,C07 --verbose\n"
    "  tally-conformance libtally_redis.so --set url=redis://127.0.0.1:6379 --set 'keyPrefix={place}:' \\\n"
    "    --through-proxy url=127.0.0.1:6379 --junit report.xml\n"
    "\n";

std::string versionText() {
  return fmt::format("tally-conformance {}\nplugin interface {}.{}\ncompiler {}", TALLY_CONFORMANCE_VERSION,
                     TALLY_ABI_MAJOR, TALLY_ABI_MINOR, __VERSION__);
}

std::vector<Group> allGroups() {
  std::vector<Group> groups = baseGroups();
  addHostCases(groups);
  for (auto& group : storeGroups()) groups.push_back(std::move(group));
  return groups;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kAbout, "tally-conformance");
  app.footer(std::string(kExamples) + exitCodeHelp());
  return guarded(app, [&] {
    CommandLine line;
    Settings settings;
    describe(app, line);
    describe(app, settings);
    app.set_version_flag("-V,--version", versionText, "print version, plugin interface and compiler, and end");
    const std::vector<Group> groups = allGroups();
    for (int i = 1; i < argc; ++i) {
      if (std::string_view(argv[i]) == "--list") return printList(groups), kAllPassed;
    }
    app.parse(argc, argv);
    PluginHarness harness(settings);
    return runAndReport(harness, groups, line);
  });
}
