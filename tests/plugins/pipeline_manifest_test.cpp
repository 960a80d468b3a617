// What an operator says beside a plugin file holds, and a broken word of his stops the load.

#include <sys/stat.h>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

TEST_CASE("manifest: a disabled plugin is refused with the operator's reason") {
  const PluginCopy copy("good");
  writeBytes(copy.manifest(), "disabled: true\nreason: CVE-2031-0001, wait for 1.2.4\n");
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginDisabled);
  const auto text = messageOf([&] { createStorage(copy.config); });
  CHECK(text.find("fixture.plugin.yaml: CVE-2031-0001, wait for 1.2.4") != std::string::npos);
  const auto all = listPlugins(copy.config);
  REQUIRE(!all.empty());
  REQUIRE(all[0].refused);
  CHECK(all[0].refused->code() == ErrorCode::PluginDisabled);
}

TEST_CASE("manifest: description and predecessor are shown, and the plugin loads") {
  const PluginCopy copy("good");
  writeBytes(copy.manifest(), "description: ours\nreplaces: \"1.1 from the vendor\"\n");
  CHECK(createStorage(copy.config)->read("any") == "bytes");
  const auto plugin = inspectPlugin(copy.config, "fixture");
  CHECK(plugin.description == "ours");
  CHECK(plugin.replaces == "1.1 from the vendor");
}

TEST_CASE("manifest: an empty one says nothing") {
  const PluginCopy copy("good");
  writeBytes(copy.manifest(), "# later\n");
  CHECK(createStorage(copy.config)->read("any") == "bytes");
}

TEST_CASE("manifest: one that opens but can't be read stops the load") {
  const PluginCopy copy("good");
  std::filesystem::create_symlink("/proc/self/mem", copy.manifest());  // nothing is at its beginning: EIO
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginBadManifest);
  CHECK(messageOf([&] { createStorage(copy.config); }).find("can't be read: ") != std::string::npos);
}

TEST_CASE("manifest: a broken one is an error, not a skip") {
  struct Broken {
    const char* text;
    const char* says;
  };
  constexpr Broken kBroken[] = {{"disabled: maybe\n", "expected true or false"},
                                {"disable: true\n", "did you mean 'disabled'"},
                                {"- a list\n", "is not a map of keys"},
                                {"sha256: 12ab\n", "64 hexadecimal digits"},
                                {"disabled: [\n", "is broken"},
                                {"path: /elsewhere.so\n", "path"}};
  for (const Broken& broken : kBroken) {
    CAPTURE(broken.text);
    const PluginCopy copy("good");
    writeBytes(copy.manifest(), broken.text);
    CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginBadManifest);
    const auto message = messageOf([&] { createStorage(copy.config); });
    CHECK_MESSAGE(message.find(broken.says) != std::string::npos, message);
    CHECK(message.find("Mend or remove") != std::string::npos);
  }
}

TEST_CASE("manifest: one that others may change, and one that is no file, are refused") {
  const PluginCopy copy("good");
  writeBytes(copy.manifest(), "description: ours\n");
  ::chmod(copy.manifest().c_str(), 0666);
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginBadManifest);
  std::filesystem::remove(copy.manifest());
  std::filesystem::create_directory(copy.manifest());
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginBadManifest);
}
