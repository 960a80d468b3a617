// Two plugins that bring a library of one name each: the dynamic linker takes the first one for both, and says nothing.

#include "plugins/fixtures.hpp"
#include "plugins/plugin_loader.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string answerOf(const std::string& name) { return createStorage(fixtureConfig(name, name))->read("any"); }

std::vector<std::string> warningsOf(const std::string& name) {
  return plugins::loadPlugin(fixtureConfig(name, name), name, [](const auto&...) {})->warnings();
}

}  // namespace

TEST_CASE("shared dependencies: the second plugin gets the first one's, and a warning names both files") {
  CHECK(warningsOf("bringer1").empty());
  const auto warnings = warningsOf("bringer2");
  REQUIRE(warnings.size() == 1);
  const std::filesystem::path fixtures(TALLY_FIXTURES);
  CHECK(warnings[0].find((fixtures / "bringer2/libtally_brought.so.1").string()) != std::string::npos);
  CHECK(warnings[0].find((fixtures / "bringer1/libtally_brought.so.1").string()) != std::string::npos);
  CHECK(warnings[0].find("link such a library statically") != std::string::npos);
  // Why it matters: this is the first one's answer.
  CHECK(answerOf("bringer1").substr(0, 2) == "1 ");
  CHECK(answerOf("bringer2").substr(0, 2) == "1 ");
}
