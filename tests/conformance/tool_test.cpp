// tally-conformance on plugins that break one promise each: the case about it fails, in words, and nothing else
// happens.

#include "tool_run.hpp"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

using namespace tally::test;

TEST_CASE("tool: an exception that leaves a raw plugin is one failed case, and is called what it is") {
  const auto ended = kitOn(TALLY_SPOILED_THROWS, "--only P18,P35");
  CAPTURE(ended.output);
  CHECK(ended.code == 1);
  CHECK(says(ended, "an exception left the plugin: nobody catches this"));
  CHECK(says(ended, "1 passed, 1 failed"));
}

TEST_CASE("tool: through the host that exception is a fault of the plugin, and the host lives") {
  const auto ended = kitOn(TALLY_SPOILED_THROWS, "--only A02,D01");
  CAPTURE(ended.output);
  CHECK(says(ended, "PluginFault"));
  CHECK(says(ended, "1 passed, 1 failed"));
  CHECK_FALSE(says(ended, "crashed"));
}

TEST_CASE("tool: a thread that crashes a second after the constructor is found, though the plugin loads") {
  const auto ended = kitOn(TALLY_SPOILED_CRASHES_LATER, "--only P18,P34");
  CAPTURE(ended.output);
  CHECK(ended.code == 1);
  CHECK((says(ended, "crashed: SIGSEGV") || says(ended, "ended with exit code")));  // the latter by a sanitizer
  CHECK(says(ended, "1 passed, 1 failed"));
}

TEST_CASE("tool: a message that shows a secret is found, and the report does not show it") {
  const auto ended = kitOn(TALLY_SPOILED_TELLS, "--only P07,J15 --set password=hunter2");
  CAPTURE(ended.output);
  CHECK(says(ended, "shows the secret"));
  CHECK(says(ended, "shows a secret"));
  CHECK_FALSE(says(ended, "hunter2"));
  CHECK(says(ended, "0 passed, 2 failed"));
}

TEST_CASE("tool: a case that is skipped although it is required is a failure (bug 94)") {
  const auto skipped = kitOn(TALLY_CARELESS_PLUGIN, "--only D01,J01");
  CAPTURE(skipped.output);
  CHECK(skipped.code == 0);
  CHECK(says(skipped, "1 passed, 0 failed, 1 skipped"));
  for (const char* required : {"--require J01", "--require C,J"}) {
    const auto ended = kitOn(TALLY_CARELESS_PLUGIN, std::string("--only D01,J01 ") + required);
    CAPTURE(ended.output);
    CHECK(ended.code == 1);
    CHECK(says(ended, "skipped, but required: J01"));
  }
  CHECK(kitOn(TALLY_CARELESS_PLUGIN, "--only D01,J01 --require D,J --except J01").code == 0);
}

TEST_CASE("tool: says what it is, and its name in front of every fault") {
  const auto version = kit("--version");
  CAPTURE(version.output);
  CHECK(version.code == 0);
  CHECK(version.output.rfind("tally-conformance " TALLY_VERSION "\nplugin interface 1.0\ncompiler ", 0) == 0);
  CHECK(kit("-V").output == version.output);
  for (const auto& [arguments, fault] : std::map<std::string, std::string>{
           {"", "FILE is required\nhint: 'tally-conformance --help' shows how"},
           {quoted(TALLY_CARELESS_PLUGIN) + " --only Z99", "'Z99' is neither a case nor a group"},
           {quoted(TALLY_CARELESS_PLUGIN) + " --effort 0", "--effort: "}}) {
    const auto ended = kit(arguments);
    CAPTURE(ended.output);
    CHECK(ended.code == 2);
    CHECK(ended.output.rfind("tally-conformance: " + fault, 0) == 0);
  }
}

TEST_CASE("tool: output that can't be written is a failure of its own, whatever the cases did") {
  const char* const standard = "tally-conformance: standard output can't be written: No space left on device";
  for (const char* arguments : {"--list", "--help", "--version", "--only D01", "--only P17"}) {
    const auto ended = kitOn(TALLY_CARELESS_PLUGIN, std::string(arguments) + " > /dev/full");
    CAPTURE(arguments);
    CAPTURE(ended.output);
    CHECK(ended.code == 4);
    CHECK(says(ended, standard));
  }
}

TEST_CASE("tool: a report that can't be written is named, and the other one is written") {
  const std::string whole = TALLY_TEST_FOLDER "/report";
  for (const auto& [bad, good] : {std::pair("--json", "--junit"), std::pair("--junit", "--json")}) {
    for (const auto& [file, why] :
         {std::pair("/dev/full", "No space left on device"), std::pair("/none/x", "No such file or directory")}) {
      std::remove(whole.c_str());
      const auto ended =
          kitOn(TALLY_CARELESS_PLUGIN, "--only D01 " + std::string(bad) + " " + file + " " + good + quoted(whole));
      CAPTURE(ended.output);
      CHECK(ended.code == 4);
      CHECK(says(ended, std::string("tally-conformance: the report can't be written to ") + file + ": " + why));
      CHECK(says(ended, "1 passed, 0 failed"));
      CHECK(std::ifstream(whole).peek() != EOF);
    }
  }
}

TEST_CASE("tool: each case has an id of its own") {
  const auto listed = kitOn(TALLY_CARELESS_PLUGIN, "--list");
  std::istringstream lines(listed.output);
  std::set<std::string> ids;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("   ", 0) != 0) continue;
    CAPTURE(line);
    CHECK(ids.insert(line.substr(3, 4)).second);
  }
  CHECK(ids.size() > 200);
}

TEST_CASE("tool: the table of the README says how many cases each group has") {
  std::istringstream lines(kitOn(TALLY_CARELESS_PLUGIN, "--list").output);
  std::map<char, int> counts;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("   ", 0) == 0) ++counts[line[3]];
  }
  std::ostringstream readme;
  readme << std::ifstream(TALLY_CONFORMANCE_README).rdbuf();
  for (const auto& [group, count] : counts) {
    const std::string begin = std::string("| ") + group + " | ";
    const auto row = readme.str().find("\n" + begin) + 1;
    CAPTURE(begin);
    const std::string found = readme.str().substr(row, readme.str().find('\n', row) - row);
    CHECK(found.substr(0, begin.size()) == begin);
    CHECK(found.substr(found.rfind(" | ")) == " | " + std::to_string(count) + " |");
  }
}

TEST_CASE("tool: a plugin that was linked without care is found by its exports") {
  const auto ended = kitOn(TALLY_CARELESS_PLUGIN, "--only P17");
  CAPTURE(ended.output);
  CHECK(ended.code == 1);
  CHECK((says(ended, "exports a unique symbol") || says(ended, "link with a version script")));
}
