// One plugin a process, however it is named; and what the linker's refusals say.

#include <sys/wait.h>
#include <unistd.h>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string openDetail(const Config& config, const std::string& name) {
  for (const auto& step : diagnosePlugin(config, name)) {
    if (step.name == "open") return step.detail;
  }
  return {};
}

}  // namespace

TEST_CASE("process: one file by a link, a hard link and its own name is one plugin") {
  const PluginCopy copy("good");
  const TempDir links;
  CHECK(createStorage(copy.config)->read("any") == "bytes");
  auto config = copy.config;
  config.plugins.search_path = {links.path()};
  const auto link = links.path() / copy.file.filename();
  std::filesystem::create_symlink(copy.file, link);
  CHECK(openDetail(config, "fixture") == "already in the process");
  std::filesystem::remove(link);
  std::filesystem::create_hard_link(copy.file, link);
  CHECK(openDetail(config, "fixture").find("already in the process") == 0);
}

TEST_CASE("process: a file replaced while it is in use keeps the old code, and says so") {
  const PluginCopy copy("good");
  CHECK(createStorage(copy.config)->read("any") == "bytes");
  const auto fresh = copy.dir.path() / "fresh";
  writeBytes(fresh, bytesOf(fixtureFile("options")));
  std::filesystem::rename(fresh, copy.file);
  CHECK(openDetail(copy.config, "fixture").find("the file on disk differs from the one loaded") != std::string::npos);
}

TEST_CASE("process: an executable stack and -z nodlopen are refused in words") {
  const PluginCopy stack("executable_stack");
  CHECK(codeOf([&] { createStorage(stack.config); }) == ErrorCode::PluginLoadFailed);
  CHECK(messageOf([&] { createStorage(stack.config); }).find("executable stack") != std::string::npos);
  const PluginCopy shy("no_dlopen");
  CHECK(codeOf([&] { createStorage(shy.config); }) == ErrorCode::PluginLoadFailed);
  CHECK(messageOf([&] { createStorage(shy.config); }).find("-z nodlopen") != std::string::npos);
}

TEST_CASE("process: a storage of the parent is closed in a forked child, and the child may open its own") {
  const PluginCopy copy("good");
  const auto storage = createStorage(copy.config);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    bool right = false;
    try {
      storage->read("any");
    } catch (const Error& error) {
      right = error.code() == ErrorCode::Closed;
    }
    right = right && createStorage(copy.config)->read("any") == "bytes";
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(storage->read("any") == "bytes");
}

TEST_CASE("process: ways out of the process are safe with a plugin loaded") {
  using Way = void (*)();
  constexpr Way kWays[] = {[] { std::exit(0); }, [] { std::quick_exit(0); }, [] { ::_exit(0); },
                           [] {
                             shutdownPlugins();
                             std::exit(0);
                           }};
  const PluginCopy copy("good");
  for (const Way way : kWays) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      createStorage(copy.config)->stat("");
      way();
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}
