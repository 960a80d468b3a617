#include "plugins/load/plugin_search.hpp"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "config/parse_config.hpp"
#include "plugins/file/plugin_note.hpp"
#include "plugins/fixtures.hpp"
#include "plugins/load/section_names.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"
#include "tally/create_storage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

struct Variable {
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  const char* name_;
};

}  // namespace

TEST_CASE("search: a file names its backend, and a leading 'lib' is nothing special") {
  CHECK(plugins::fileNameOf("library_store") == "libtally_library_store.so");
  CHECK(plugins::backendOf("/x/libtally_redis.so") == "redis");
  CHECK(plugins::backendOf("/x/libtally_Redis.so").empty());
  CHECK(plugins::backendOf("/x/libtally_.so").empty());
  CHECK(plugins::backendOf("/x/libtally_redis.so.1").empty());
}

TEST_CASE("search: the order is fixed, and relative parts of the variable are reported, not used") {
  const Variable path("TALLY_PLUGIN_PATH", std::string(TALLY_FIXTURES) + "/good::relative");
  Config config;
  config.plugins.search_path = {"/opt/first"};
  const auto places = searchPlaces(config);
  REQUIRE(places.size() >= 6);
  CHECK(places[0].dir == "/opt/first");
  CHECK(places[1].why == "variable TALLY_PLUGIN_PATH");
  CHECK(places[1].ignored.empty());
  CHECK(places[2].ignored == "not an absolute folder");
  CHECK(places[3].ignored == "not an absolute folder");
  CHECK(plugins::findPlugin(config, "fixture").path == fixtureFile("good"));
}

TEST_CASE("search: TALLY_PLUGIN_PATH_ONLY ends the search after the variable") {
  const Variable path("TALLY_PLUGIN_PATH", "/nowhere");
  const Variable only("TALLY_PLUGIN_PATH_ONLY", "1");
  CHECK(searchPlaces(Config{}).size() == 1);
}

TEST_CASE("search: neither the working directory nor LD_LIBRARY_PATH is looked at") {
  const Variable path("LD_LIBRARY_PATH", std::string(TALLY_FIXTURES) + "/good");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(std::filesystem::path(TALLY_FIXTURES) / "good");
  CHECK(codeOf([] { plugins::findPlugin(Config{}, "fixture"); }) == ErrorCode::PluginNotFound);
  std::filesystem::current_path(before);
}

TEST_CASE("search: a named file is taken without a search") {
  Config config;
  config.storage.backend = "fixture";
  config.storage.plugin_path = fixtureFile("good");
  CHECK(createStorage(config)->read("any") == "bytes");
  config.storage.plugin_path = "/nowhere/libtally_fixture.so";
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::PluginNotFound);
}

TEST_CASE("search: a file that is named and missing is told with the key and its place") {
  Config config;
  config.storage.backend = "fixture";
  config.storage.plugin_path = "/nowhere/libtally_fixture.so";
  config.origins["storage.plugin.path"] = {"tally.yaml", 4, 9};
  const auto text = messageOf([&] { createStorage(config); });
  CHECK(text ==
        "tally.yaml:4:9: storage.plugin.path names /nowhere/libtally_fixture.so, and there is no such file: install "
        "the plugin there, or take the key out to have it searched for");
}

TEST_CASE("search: a link to nothing ends the search and says so") {
  const TempDir dir;
  const auto link = dir.path() / "libtally_fixture.so";
  std::filesystem::create_symlink("gone.so", link);
  Config config;
  config.plugins.search_path = {"/nowhere", dir.path(), std::string(TALLY_FIXTURES) + "/good"};
  const auto find = [&] { plugins::findPlugin(config, "fixture"); };
  CHECK(codeOf(find) == ErrorCode::PluginNotFound);
  CHECK(messageOf(find) == link.string() +
                               " (plugins.searchPath) is a link to gone.so, and there is nothing: mend the link or "
                               "remove it\n  looked at before:\n  /nowhere (plugins.searchPath): no such folder");
}

// Run by the test below, by a name that leads nowhere.
TEST_CASE("search: what a program sees that does not know where it is" * doctest::skip()) {
  Config config = fixtureConfig("good");
  config.plugins.probe = PluginsConfig::Probe::Always;
  CHECK(plugins::coreFolder().empty());
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::PluginProbeFailed);
  const auto text = messageOf([&] { createStorage(config); });
  CHECK_MESSAGE(text.find("the folder of the Tally library is unknown") != std::string::npos, text);
}

TEST_CASE("search: a helper is never taken from the working directory") {
  const auto program = std::filesystem::canonical("/proc/self/exe");
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "tally");
  std::filesystem::create_symlink("/bin/true", dir.path() / "tally/tally-plugin-probe");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::filesystem::current_path(dir.path());
    ::execl(program.c_str(), "nowhere", "--no-skip", "--test-case=search: what a program sees*", nullptr);
    ::_exit(9);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("search: a name that no plugin can have is a configuration error") {
  Config config;
  config.storage.backend = "../evil";
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::InvalidConfig);
}

TEST_CASE("search: a name that is not the configured one is the caller's fault, not the file's") {
  Config config;
  config.storage.backend_origin = {"tally.yaml", 2, 3};
  CHECK(codeOf([&] { plugins::findPlugin(config, "Foo"); }) == ErrorCode::InvalidArgument);
  CHECK(messageOf([&] { plugins::findPlugin(config, "nosuch"); }).find("tally.yaml") == std::string::npos);
  config.storage.backend = "nosuch";
  CHECK(messageOf([&] { plugins::findPlugin(config, "nosuch"); }).find("(tally.yaml:2:3)") != std::string::npos);
  const auto steps = diagnosePlugin(config, "other");
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].refused->code() == ErrorCode::PluginNotFound);
  CHECK(steps[0].detail.find("tally.yaml") == std::string::npos);
}

TEST_CASE("search: a place that can't be looked into ends the search, an absent one does not") {
  const auto dir = std::filesystem::temp_directory_path() / ("tally-search-" + std::to_string(::getpid()));
  std::filesystem::create_directory(dir);
  std::filesystem::create_symlink("loop", dir / "loop");
  Config config;
  config.plugins.search_path = {dir / "gone", std::string(TALLY_FIXTURES) + "/good", dir / "loop"};
  CHECK(plugins::findPlugin(config, "fixture").path == fixtureFile("good"));
  std::swap(config.plugins.search_path[1], config.plugins.search_path[2]);
  CHECK(codeOf([&] { plugins::findPlugin(config, "fixture"); }) == ErrorCode::PermissionDenied);
  CHECK(messageOf([&] { plugins::findPlugin(config, "fixture"); }).find((dir / "loop").string()) != std::string::npos);
  const auto listed = listPlugins(config);
  CHECK(std::count_if(listed.begin(), listed.end(), [&](const PluginFile& file) {
          return file.path == dir / "loop" && file.refused && file.refused->code() == ErrorCode::PermissionDenied;
        }) == 1);
  std::filesystem::remove_all(dir);
}

TEST_CASE("sections: one that is nearly the chosen backend's is refused with its place, any other may stay") {
  struct Row {
    const char* storage;
    const char* says;  // empty: it is fine
  };
  constexpr Row kRows[] = {
      {"{backend: fixture, fixtrue: {size: 1}}",
       "tally.yaml:1:29: unknown key 'storage.fixtrue'; did you mean 'fixture'?"},
      {"{backend: fixture, fixtrue: {size: 1}, fixture: {}}", "did you mean 'fixture'?"},
      {"{backend: fixture, plugn: {path: /x.so}}", "unknown key 'storage.plugn'; did you mean 'plugin'?"},
      {"{backend: fixture, fixtrue: {size: 1}, fixture: {size: 2}}", ""},
      {"{backend: fixture, plugn: {a: 1}, plugin: {path: /x.so}}", ""},
      {"{backend: fixture, fixtrue: }", ""},
      {"{backend: fixture, acme: {size: 1}, redis: {url: x}}", ""},
      {"{backend: secon, second: {size: 1}}", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.storage);
    Config config = config::parseConfig(std::string("storage: ") + row.storage,
                                        {"tally.yaml", "/base", [](const auto&) { return std::nullopt; }, {}});
    config.plugins.search_path = {fixtureFile("good").parent_path(), fixtureFile("second").parent_path()};
    const auto check = [&] { plugins::refuseMisspeltSections(config); };
    const std::string says = row.says;
    if (says.empty()) {
      CHECK_NOTHROW(check());
    } else {
      CHECK(codeOf(check) == ErrorCode::ConfigUnknownKey);
      CHECK_MESSAGE(messageOf(check).find(says) != std::string::npos, messageOf(check));
    }
  }
}

TEST_CASE("sections: no storage is opened beside a misspelt one") {
  Config config = fixtureConfig("good");
  config.storage.sections["fixtrue"]["size"] = {std::int64_t{1}, {"tally.yaml", 3, 5}, "1"};
  CHECK_NOTHROW(createStorage(config));  // made by a program
  config.origins["storage.fixtrue"] = {"tally.yaml", 2, 3};
  CHECK(codeOf([&] { createStorage(config); }) == ErrorCode::ConfigUnknownKey);
}
