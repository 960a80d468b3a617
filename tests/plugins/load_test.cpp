// Every way a plugin can be refused, each with its own code and a sentence that says what to do.

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "plugins/file/plugin_note.hpp"
#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

namespace {

struct Refusal {
  const char* folder;
  ErrorCode code;
  const char* says;
};

constexpr Refusal kRefusals[] = {
    {"no_note", ErrorCode::PluginNoNote, "not a tally plugin"},
    {"note_not_json", ErrorCode::PluginNoNote, "not a JSON object"},
    {"other_name", ErrorCode::PluginNameMismatch, "it is 'other', not 'fixture'"},
    {"next_major", ErrorCode::PluginWrongVersion,
     "speaks version 2 of the plugin interface, this host 1: upgrade the host"},
    {"newer_host", ErrorCode::PluginNeedsNewerHost, "needs a host of version 1.9, this one is 1.0"},
    {"musl", ErrorCode::PluginWrongPlatform, "built for linux-x86_64-musl"},
    {"no_entry", ErrorCode::PluginNoEntry, "exports no function tally_plugin_entry_v1"},
    {"entry_is_data", ErrorCode::PluginNoEntry, "exports no function tally_plugin_entry_v1"},
    {"undefined", ErrorCode::PluginLoadFailed, "tally_no_such_function"},
    {"null_descriptor", ErrorCode::PluginBadDescriptor, "descriptor is garbage: it is null"},
    {"descriptor_size_0", ErrorCode::PluginBadDescriptor, "struct_size is 0"},
    {"descriptor_size_3", ErrorCode::PluginBadDescriptor, "struct_size is 3"},
    {"descriptor_size_huge", ErrorCode::PluginBadDescriptor, "struct_size is 4294967295"},
    {"note_disagrees", ErrorCode::PluginNoteDisagrees, "the note in the file and the one in the descriptor differ"},
    {"name_disagrees", ErrorCode::PluginNoteDisagrees,
     "name is 'fixture' in the note and 'fixtures' in the descriptor"},
    {"version_disagrees", ErrorCode::PluginNoteDisagrees,
     "version is '1.2.3' in the note and '1.2.4' in the descriptor"},
    {"minor_disagrees", ErrorCode::PluginNoteDisagrees, "abi_minor is '0' in the note and '3' in the descriptor"},
    {"descriptor_min_host", ErrorCode::PluginNeedsNewerHost, "needs a host of version 1.9, this one is 1.0"},
    {"descriptor_major", ErrorCode::PluginWrongVersion, "the descriptor speaks version 2"},
    {"no_factory", ErrorCode::PluginBadDescriptor, "storage factory is garbage: it is null"},
    {"entry_elsewhere", ErrorCode::PluginNoEntry, "exports no function tally_plugin_entry_v1 of its own"},
    {"next_entry", ErrorCode::PluginNoEntry, "exports no function tally_plugin_entry_v1 of its own"},
    {"needs_missing", ErrorCode::PluginLoadFailed, "Install the package that holds this library"},
    {"init_fails", ErrorCode::PluginInitFailed, "the licence server is asleep"},
    {"create_fails", ErrorCode::Unavailable, "nobody answers at the address"},
    {"null_slot", ErrorCode::PluginBadDescriptor, "lacks one that must be there"},
    {"ops_size", ErrorCode::PluginBadDescriptor, "struct_size is 8"},
};

// A good plugin's bytes, changed, at a path of its own.
struct Damaged {
  explicit Damaged(std::string bytes) {
    file = dir.path() / "libtally_fixture.so";
    writeBytes(file, bytes);
    config.base_dir = "/base";
    config.storage.backend = "fixture";
    config.plugins.search_path = {dir.path()};
    config.plugins.probe = PluginsConfig::Probe::Never;
  }
  TempDir dir;
  std::filesystem::path file;
  Config config;
};

}  // namespace

TEST_CASE("load: a good plugin opens and answers") {
  const auto storage = createStorage(fixtureConfig("good"));
  CHECK(storage->read("any") == "bytes");
  CHECK(storage->stat("")->is_directory);
  CHECK_FALSE(storage->stat("missing"));
}

TEST_CASE("load: each bad plugin is refused with its own code and sentence") {
  for (const Refusal& row : kRefusals) {
    CAPTURE(row.folder);
    const auto load = [&] { createStorage(fixtureConfig(row.folder)); };
    CHECK(codeOf(load) == row.code);
    CHECK_MESSAGE(messageOf(load).find(row.says) != std::string::npos, messageOf(load));
  }
}

TEST_CASE("load: a function that must be there and is null is refused, each of them") {
  for (int slot = 0; slot <= 10; ++slot) {
    CAPTURE(slot);
    const auto load = [&] { createStorage(fixtureConfig("null_slot_" + std::to_string(slot))); };
    CHECK(codeOf(load) == ErrorCode::PluginBadDescriptor);
    CHECK_MESSAGE(messageOf(load).find(" lacks ") != std::string::npos, messageOf(load));
  }
}

TEST_CASE("load: a refusal of a file names the file") {
  const std::string text = messageOf([] { createStorage(fixtureConfig("next_major")); });
  CHECK(text.find(fixtureFile("next_major").string()) != std::string::npos);
}

TEST_CASE("load: a file cut short anywhere is refused before it is mapped") {
  const std::string whole = bytesOf(fixtureFile("good"));
  REQUIRE(whole.size() > 4096);
  for (std::size_t size = 64; size < whole.size(); size += 509) {
    CAPTURE(size);
    const Damaged cut(whole.substr(0, size));
    CHECK(codeOf([&] { createStorage(cut.config); }) == ErrorCode::PluginTruncated);
    const auto text = messageOf([&] { createStorage(cut.config); });
    CHECK_MESSAGE(text.find(std::to_string(size)) != std::string::npos, text);
    CHECK_MESSAGE(text.find("Copy it again") != std::string::npos, text);
  }
  const Damaged last_byte(whole.substr(0, whole.size() - 1));
  CHECK(codeOf([&] { createStorage(last_byte.config); }) == ErrorCode::PluginTruncated);
}

TEST_CASE("load: what is no shared library of this machine is told apart") {
  std::string other = bytesOf(fixtureFile("good"));
  other[18] = static_cast<char>(0x28);  // e_machine: 32-bit ARM
  const Damaged arm(other);
  CHECK(codeOf([&] { createStorage(arm.config); }) == ErrorCode::PluginWrongMachine);
  other = bytesOf(fixtureFile("good"));
  other[4] = 1;  // EI_CLASS: 32 bits
  const Damaged narrow(other);
  CHECK(codeOf([&] { createStorage(narrow.config); }) == ErrorCode::PluginWrongMachine);
  const Damaged text("#!/bin/sh\necho no library\n");
  CHECK(codeOf([&] { createStorage(text.config); }) == ErrorCode::PluginNotElf);
  const Damaged empty("");
  CHECK(codeOf([&] { createStorage(empty.config); }) == ErrorCode::PluginNotElf);
}

TEST_CASE("load: what is no file is refused without blocking") {
  const Damaged folder("");
  std::filesystem::remove(folder.file);
  std::filesystem::create_directory(folder.file);
  CHECK(codeOf([&] { createStorage(folder.config); }) == ErrorCode::PluginNotAFile);
  const Damaged pipe("");
  std::filesystem::remove(pipe.file);
  REQUIRE(::mkfifo(pipe.file.c_str(), 0600) == 0);
  CHECK(codeOf([&] { createStorage(pipe.config); }) == ErrorCode::PluginNotAFile);
}

TEST_CASE("load: a device is no plugin, and a mount without execution is told as what it is") {
  const Damaged device("");
  std::filesystem::remove(device.file);
  REQUIRE_MESSAGE(::mknod(device.file.c_str(), S_IFCHR | 0600, ::makedev(1, 3)) == 0, "this test needs to run as root");
  CHECK(codeOf([&] { createStorage(device.config); }) == ErrorCode::PluginNotAFile);
  const Damaged copy("");
  REQUIRE(::mount("none", copy.dir.path().c_str(), "tmpfs", MS_NOEXEC, "mode=0755") == 0);
  writeBytes(copy.file, bytesOf(fixtureFile("good")));
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginLoadFailed);
  const auto text = messageOf([&] { createStorage(copy.config); });
  CHECK_MESSAGE(text.find("noexec") != std::string::npos, text);
  ::umount(copy.dir.path().c_str());
}

TEST_CASE("load: a file or folder that others may change is refused, unless told otherwise") {
  Damaged copy(bytesOf(fixtureFile("good")));
  ::chmod(copy.file.c_str(), 0666);
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginUntrustedPath);
  CHECK(messageOf([&] { createStorage(copy.config); }).find("writable by everybody (mode 0666)") != std::string::npos);
  copy.config.plugins.relaxed_trust = true;
  CHECK(createStorage(copy.config)->read("any") == "bytes");
  copy.config.plugins.relaxed_trust = false;
  ::chmod(copy.file.c_str(), 0644);
  ::chmod(copy.dir.path().c_str(), 0777);
  CHECK(codeOf([&] { createStorage(copy.config); }) == ErrorCode::PluginUntrustedPath);
}

TEST_CASE("load: a pinned hash admits one file only") {
  Config config = fixtureConfig("good");
  config.plugins.sha256["fixture"] = std::string(64, '0');
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::PluginHashMismatch);
  const std::string text = messageOf([&] { createStorage(config); });
  config.plugins.sha256["fixture"] = text.substr(text.find("the file has ") + 13, 64);
  CHECK(createStorage(config)->read("any") == "bytes");
}

TEST_CASE("load: an unknown backend prints every place looked at and what is there") {
  const Config config = fixtureConfig("good", "fixtur");
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::PluginNotFound);
  const std::string text = messageOf([&] { createStorage(config); });
  for (const SearchPlace& place : searchPlaces(config)) CHECK(text.find(place.dir.string()) != std::string::npos);
  CHECK(text.find("did you mean 'fixture'?") != std::string::npos);
}

TEST_CASE("load: the first place wins even when its file is bad") {
  Config config = fixtureConfig("no_note");
  config.plugins.search_path.push_back(std::filesystem::path(TALLY_FIXTURES) / "good");
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::PluginNoNote);
  const auto all = listPlugins(config);
  REQUIRE(all.size() >= 2);
  CHECK(all[0].refused);
  CHECK(all[1].note);
  CHECK(all[1].shadowed);
}

TEST_CASE("load: diagnosing names each step and stops at the refusal") {
  const auto good = diagnosePlugin(fixtureConfig("good"), "fixture");
  CHECK(good.back().name == "answer");
  CHECK(good.back().passed);
  const auto bad = diagnosePlugin(fixtureConfig("init_fails"), "fixture");
  CHECK(bad.back().name == "init");
  REQUIRE(bad.back().refused);
  CHECK(bad.back().refused->retryable());
  CHECK(bad.back().refused->systemErrno() == 111);
  CHECK_FALSE(bad.back().passed);
  const auto cut = diagnosePlugin(fixtureConfig("next_major"), "fixture");
  CHECK(cut.back().name == "note");
}

TEST_CASE("load: diagnosing ends with the call's time, wherever the plugin hangs") {
  for (const auto& slow : {std::pair{"slow_create", "create"}, std::pair{"slow_stat", "answer"}}) {
    CAPTURE(slow.first);
    const Call call = Call::within(std::chrono::milliseconds(50));
    const auto steps = diagnosePlugin(fixtureConfig(slow.first), "fixture", call);
    CHECK(steps.back().name == slow.second);
    REQUIRE(steps.back().refused);
    CHECK(steps.back().refused->code() == ErrorCode::Timeout);
  }
}

TEST_CASE("load: inspecting and listing run no code of the plugin") {
  // This one can't be loaded at all, yet its note is there to be read.
  const PluginFile file = inspectPlugin(fixtureConfig("undefined"), "fixture");
  REQUIRE(file.note);
  CHECK(file.note->version == "1.2.3");
  CHECK(inspectPlugin(Config{}, fixtureFile("other_name").string()).note->name == "other");
  // This one would end the test.
  const auto all = listPlugins(fixtureConfig("constructor_crashes"));
  REQUIRE_FALSE(all.empty());
  CHECK(all[0].path == fixtureFile("constructor_crashes"));
  CHECK(all[0].note);
  CHECK_FALSE(all[0].refused);
}
