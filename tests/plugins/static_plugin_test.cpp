// A backend that is linked into the program takes the same way as a loaded one.

#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

extern "C" const tally_plugin* tally_plugin_entry_v1_memory(void);

using namespace tally;
using namespace tally::test;

TEST_CASE("static plugin: found before any file, checked and opened like a loaded one") {
  Config config = fixtureConfig("nowhere", "memory");
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::PluginNotFound);
  addStaticPlugin(tally_plugin_entry_v1_memory);
  CHECK(codeOf([] { addStaticPlugin(tally_plugin_entry_v1_memory); }) == ErrorCode::InvalidArgument);
  CHECK(codeOf([] { addStaticPlugin(nullptr); }) == ErrorCode::PluginBadDescriptor);

  {
    const auto storage = createStorage(config);
    storage->append("a/log", "one ");
    storage->append("a/log", "two");
    CHECK(storage->read("a/log") == "one two");
    CHECK(codeOf([&] { storage->read("b"); }) == ErrorCode::NotFound);
    CHECK(codeOf([] { shutdownPlugins(); }) == ErrorCode::InvalidArgument);
  }
  CHECK(inspectPlugin(config, "memory").place == "linked into the program");
  REQUIRE_FALSE(listPlugins(config).empty());
  CHECK(listPlugins(config).front().note->name == "memory");
  const auto steps = diagnosePlugin(config, "memory");
  REQUIRE(steps.size() > 3);
  CHECK(steps[steps.size() - 3].name == "answer");
  const auto& finding = steps[steps.size() - 2];
  CHECK(finding.name == "health");
  CHECK(finding.passed);
  CHECK(finding.warning);
  CHECK(finding.detail.find("persistence: everything is gone") == 0);
  CHECK_FALSE(steps.back().warning);

  config.storage.sections["memory"]["size"].value = std::int64_t{1};
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::ConfigUnknownKey);
  shutdownPlugins();
}
