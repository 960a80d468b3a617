// A program that runs with other rights than its caller's listens to no variable of the caller's.

#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/fixtures.hpp"
#include "plugins/load/plugin_search.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"

// The leak sanitizer asks this; into a process with raised rights it may not look.
extern "C" int __lsan_is_turned_off() { return ::getauxval(AT_SECURE) != 0 ? 1 : 0; }

using namespace tally;
using namespace tally::test;

// Run by the test below, from a copy of this program that belongs to another user and has the set-user-id bit.
TEST_CASE("raised rights: what such a program sees" * doctest::skip()) {
  const auto places = searchPlaces(Config{});
  REQUIRE(places.size() > 1);  // TALLY_PLUGIN_PATH_ONLY would leave one
  CHECK(places[0].dir == "/somebody/elses");
  CHECK(places[0].ignored == "the program runs with raised rights");
  for (const auto& place : places) CHECK(place.dir.string().rfind("/home/of/somebody", 0) != 0);
  CHECK(messageOf([] { plugins::findPlugin(Config{}, "fixture"); }).find("raised rights") != std::string::npos);
  CHECK(loadConfig({{}, "/", {}, {}}).file.empty());
  const char* const named = std::getenv("TALLY_TEST_NAMED");
  REQUIRE(named != nullptr);
  const auto load = [&] { loadConfig({named, "/", {}, {}}); };
  CHECK(codeOf(load) == ErrorCode::InvalidConfig);
  CHECK(messageOf(load).find("belongs to another user (uid 1)") != std::string::npos);
}

TEST_CASE("raised rights: variables and the user's folder are not looked at, and the message says why") {
  const TempDir dir;
  const auto copy = dir.path() / "program";
  ::chmod(dir.path().c_str(), 0755);
  std::filesystem::copy_file("/proc/self/exe", copy);
  REQUIRE_MESSAGE(::chown(copy.c_str(), 65534, 65534) == 0, "this test needs to run as root");
  REQUIRE(::chmod(copy.c_str(), 04755) == 0);
  const auto named = dir.path() / "named.yaml";
  writeBytes(named, "plugins: {trust: relaxed}");
  ::chmod(named.c_str(), 0644);
  REQUIRE(::chown(named.c_str(), 1, 1) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::setenv("TALLY_PLUGIN_PATH", "/somebody/elses", 1);
    ::setenv("TALLY_PLUGIN_PATH_ONLY", "1", 1);
    ::setenv("XDG_DATA_HOME", "/home/of/somebody", 1);
    ::setenv("TALLY_CONFIG", "/somebody/elses/tally.yaml", 1);
    ::setenv("TALLY_TEST_NAMED", named.c_str(), 1);
    ::execl(copy.c_str(), copy.c_str(), "--no-skip", "--test-case=raised rights: what such a program sees", nullptr);
    ::_exit(9);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
