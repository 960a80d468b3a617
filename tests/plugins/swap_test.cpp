// A plugin's file that is swapped while it is being loaded: between the hash and the dynamic linker there is a moment.

#include "plugins/plugin_copy.hpp"
#include "plugins/plugin_loader.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string hashOf(const PluginCopy& copy) { return inspectPlugin(copy.config, copy.file.string()).library->sha256; }

void replaceBy(const PluginCopy& copy, const std::string& bytes) {
  const auto fresh = copy.dir.path() / "fresh";
  writeBytes(fresh, bytes);
  std::filesystem::rename(fresh, copy.file);
}

/// Load it, and put another plugin in its place as soon as `step` is done, by a rename as an upgrade does it. The other
/// one tells the same story about itself, so that nothing but the file gives it away.
void loadWithSwapAfter(const PluginCopy& copy, const std::string& step, const std::string& by) {
  plugins::loadPlugin(copy.config, copy.name, [&](const std::string& done, const std::string&) {
    if (done != step) return;
    replaceBy(copy, bytesOf(fixtureFile(by)));
  });
}

}  // namespace

TEST_CASE("swap: a file that is swapped after its hash was taken is not used") {
  PluginCopy copy("good");
  copy.config.plugins.sha256["fixture"] = hashOf(copy);
  CHECK(codeOf([&] { loadWithSwapAfter(copy, "pin", "lively"); }) == ErrorCode::PluginHashMismatch);
  CHECK(messageOf([&] { loadWithSwapAfter(copy, "pin", "lively"); }).find(copy.file.string()) != std::string::npos);
}

TEST_CASE("swap: a file that is put back does not vouch for what was mapped meanwhile") {
  PluginCopy copy("good");
  const auto good = bytesOf(copy.file);
  copy.config.plugins.sha256["fixture"] = hashOf(copy);
  CHECK(codeOf([&] { loadWithSwapAfter(copy, "pin", "lively"); }) == ErrorCode::PluginHashMismatch);
  replaceBy(copy, good);
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginHashMismatch);
  CHECK(messageOf([&] { createStorage(copy.config); }).find("restart the program") != std::string::npos);
}

TEST_CASE("swap: a plugin that never came to life still stands for its path") {
  PluginCopy copy("init_fails");
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginInitFailed);
  replaceBy(copy, bytesOf(fixtureFile("good")));
  // The dynamic linker would answer with the mapping it has, so the new file's pin says nothing about it.
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginInitFailed);
  copy.config.plugins.sha256["fixture"] = hashOf(copy);
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginHashMismatch);
}

TEST_CASE("swap: a link that is swapped does not change what is loaded") {
  PluginCopy copy("good"), other("lively");
  const auto folder = copy.dir.path() / "links", link = folder / copy.file.filename();
  std::filesystem::create_directory(folder);
  std::filesystem::create_symlink(copy.file, link);
  copy.config.plugins.search_path = {folder};
  bool swapped = false;
  const auto plugin = plugins::loadPlugin(copy.config, copy.name, [&](const std::string& done, const std::string&) {
    if (done != "trust") return;
    std::filesystem::remove(link);
    std::filesystem::create_symlink(other.file, link);
    swapped = true;
  });
  CHECK(swapped);
  CHECK(plugin->source().path == std::filesystem::canonical(copy.file));
}

TEST_CASE("swap: without a pin it is not used either") {
  const PluginCopy copy("good");
  CHECK(codeOf([&] { loadWithSwapAfter(copy, "probe", "lively"); }) == ErrorCode::PluginHashMismatch);
}

TEST_CASE("swap: where the pin is strict, what was hashed is what runs") {
  PluginCopy copy("good");
  copy.config.plugins.sha256["fixture"] = hashOf(copy);
  copy.config.plugins.pin = PluginsConfig::Pin::Strict;
  CHECK_NOTHROW(loadWithSwapAfter(copy, "pin", "create_fails"));
  copy.config.plugins.pin = PluginsConfig::Pin::Normal;
  copy.config.plugins.sha256.clear();
  CHECK(createStorage(copy.config)->read("any") == "bytes");
}
