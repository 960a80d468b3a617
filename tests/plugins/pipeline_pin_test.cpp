// A pinned hash admits one file only; a strict pin loads a sealed copy of it, so that nothing can change in between.

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string hashOf(const PluginCopy& copy) { return inspectPlugin(copy.config, copy.file.string()).library->sha256; }

void pin(PluginCopy& copy) {
  copy.config.plugins.sha256[copy.name] = hashOf(copy);
  copy.config.plugins.pin = PluginsConfig::Pin::Strict;
}

// The descriptors of this process that are sealed copies of a plugin.
std::vector<int> sealedDescriptors(const std::string& file_name) {
  std::vector<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code failed;
    const auto target = std::filesystem::read_symlink(entry.path(), failed).string();
    if (target.find("memfd:" + file_name) != target.npos) found.push_back(std::stoi(entry.path().filename().string()));
  }
  return found;
}

}  // namespace

TEST_CASE("pin: the manifest's hash counts as much as the configuration's") {
  PluginCopy copy("good");
  writeBytes(copy.manifest(), "sha256: \"" + std::string(64, '0') + "\"\n");
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginHashMismatch);
  CHECK(messageOf([&] { createStorage(copy.config); }).find("fixture.plugin.yaml is 0000") != std::string::npos);
  writeBytes(copy.manifest(), "");
  const auto hash = hashOf(copy);
  writeBytes(copy.manifest(), "sha256: \"" + hash + "\"\n");
  copy.config.plugins.sha256["fixture"] = hash;
  CHECK(createStorage(copy.config)->read("any") == "bytes");
}

TEST_CASE("pin: where it is strict, a plugin without one is refused, and the message holds the line to add") {
  PluginCopy copy("good");
  copy.config.plugins.pin = PluginsConfig::Pin::Strict;
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginHashMismatch);
  const auto line = "set plugins.sha256.fixture: " + hashOf(copy);
  CHECK(messageOf([&] { createStorage(copy.config); }).find(line) != std::string::npos);
}

TEST_CASE("pin: strict loads of several plugins are several libraries, sealed and kept") {
  PluginCopy first("good"), second("second", "second"), third("third", "third");
  for (auto* copy : {&first, &second, &third}) {
    pin(*copy);
    CHECK(createStorage(copy->config)->read("any") == "bytes");
    const auto sealed = sealedDescriptors(copy->file.filename().string());
    REQUIRE(sealed.size() == 1);
    CHECK(::pwrite(sealed[0], "x", 1, 0) < 0);
    CHECK(::ftruncate(sealed[0], 0) < 0);
    CHECK((::fcntl(sealed[0], F_GETFD) & FD_CLOEXEC) != 0);
  }
  const auto other = messageOf([&] {
    auto config = second.config;
    config.storage.backend = "third";
    createStorage(config);
  });
  CHECK(other.find("no libtally_third.so") != std::string::npos);
}

TEST_CASE("pin: a plugin that refuses again and again is copied once") {
  for (const char* folder : {"init_fails", "no_factory"}) {
    PluginCopy copy(folder);
    const auto name = std::string("libtally_of_") + folder;
    std::filesystem::rename(copy.file, copy.dir.path() / (name + ".so"));
    std::filesystem::create_symlink(name + ".so", copy.file);
    pin(copy);
    for (int i = 0; i < 5; ++i) CHECK(codeOf([&] { createStorage(copy.config); }) != ErrorCode::PluginHashMismatch);
    CHECK(sealedDescriptors(name).size() == 1);
  }
}

TEST_CASE("pin: what changes after the hash was taken is not what runs") {
  PluginCopy copy("good");
  pin(copy);
  writeBytes(copy.file, bytesOf(copy.file) + "one more byte");
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginHashMismatch);
}

TEST_CASE("pin: a loaded plugin whose file was replaced can't be vouched for") {
  PluginCopy copy("good");
  CHECK(createStorage(copy.config)->read("any") == "bytes");
  const auto fresh = copy.dir.path() / "fresh";
  writeBytes(fresh, bytesOf(copy.file));
  std::filesystem::rename(fresh, copy.file);
  CHECK(createStorage(copy.config)->read("any") == "bytes");
  pin(copy);
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginHashMismatch);
  CHECK(messageOf([&] { createStorage(copy.config); }).find("restart the program") != std::string::npos);
}
