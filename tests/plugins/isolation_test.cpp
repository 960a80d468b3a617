// Plugins do not meet each other's libraries, as long as they are linked as tally_add_plugin() links them.

#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string answerOf(const std::string& name) { return createStorage(fixtureConfig(name, name))->read("any"); }

}  // namespace

TEST_CASE("isolation: two plugins with different versions of one library have each its own") {
  CHECK(answerOf("carrier1") == "1 101");
  CHECK(answerOf("carrier2") == "2 201");
  CHECK(answerOf("carrier1") == "1 102");
  CHECK(answerOf("carrier2") == "2 202");
  for (const std::string name : {"carrier1", "carrier2"}) {
    const auto library = inspectPlugin(fixtureConfig(name, name), name).library;
    REQUIRE(library);
    CHECK(library->exports == std::vector<std::string>{"tally_plugin_entry_v1"});
    CHECK(library->shared.empty());
  }
}

// clang does not make such symbols unique in the process.
#ifndef __clang__
TEST_CASE("isolation: linked without care they share variables, and inspect says which") {
  // This is why there is a rule; where the toolchain stops sharing, the rule may go.
  CHECK(answerOf("careless1") == "1 101");
  CHECK(answerOf("careless2").find(" 102") != std::string::npos);
  const auto library = inspectPlugin(fixtureConfig("careless2", "careless2"), "careless2").library;
  REQUIRE(library);
  CHECK(library->exports.size() > 1);
  CHECK_FALSE(library->shared.empty());
}
#endif
