// Which file is read, and what happens when it can't be.

#include <stdlib.h>
#include <unistd.h>

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

namespace fs = std::filesystem;

Config load(const fs::path& start_dir, const fs::path& named = {}, const Variables& variables = {}) {
  return loadConfig({named, start_dir, environmentOf(variables), {}});
}

TEST_CASE("discovery: without a file the documented defaults hold") {
  const TempDir dir;
  const Config config = load(dir.path());
  CHECK(config.file.empty());
  CHECK(config.base_dir == dir.path());
  CHECK(config.origins.empty());
  CHECK(config.storage.backend == "local");
  CHECK(config.storage.backend_origin.toString() == "default");
  CHECK(config.storage.shared.empty());
  CHECK(config.storage.sections.empty());
  CHECK(config.defaults.temperature == 0);
  CHECK(config.defaults.max_retries == 3);
  CHECK(config.trajectories.max_turns == 50);
  CHECK_FALSE(config.trajectories.generate_logs);
  CHECK(config.trajectories.max_consecutive_same_step == 3);
  CHECK(config.evaluation.parallelism == 4);
  CHECK(config.evaluation.timeout_ms == 30000);
}

TEST_CASE("discovery: the nearest file above the start folder is taken") {
  const TempDir dir;
  writeFile(dir.path() / "tally.yaml", "storage: {backend: outer}");
  writeFile(dir.path() / "a/tally.yml", "storage: {backend: inner}");
  fs::create_directories(dir.path() / "a/b/c");
  const Config inner = load(dir.path() / "a/b/c");
  CHECK(inner.storage.backend == "inner");
  CHECK(inner.file == dir.path() / "a/tally.yml");
  CHECK(inner.base_dir == dir.path() / "a");
  CHECK(inner.storage.backend_origin.toString() == (dir.path() / "a/tally.yml").string() + ":1:20");
  CHECK(load(dir.path()).storage.backend == "outer");
  CHECK(load(dir.path()).storage.backend_origin.toString() == "tally.yaml:1:20");
}

TEST_CASE("discovery: tally.yaml comes before tally.yml") {
  const TempDir dir;
  writeFile(dir.path() / "tally.yaml", "storage: {backend: first}");
  writeFile(dir.path() / "tally.yml", "storage: {backend: second}");
  CHECK(load(dir.path()).storage.backend == "first");
}

TEST_CASE("discovery: a named file wins over TALLY_CONFIG, and that over the search") {
  const TempDir dir;
  writeFile(dir.path() / "tally.yaml", "storage: {backend: searched}");
  writeFile(dir.path() / "other/variable.yaml", "storage: {backend: variable}");
  writeFile(dir.path() / "other/named.yaml", "storage: {backend: named}");
  const Variables variables{{"TALLY_CONFIG", "other/variable.yaml"}};
  CHECK(load(dir.path(), "other/named.yaml", variables).storage.backend == "named");
  CHECK(load(dir.path(), {}, variables).storage.backend == "variable");
  CHECK(load(dir.path(), {}, variables).base_dir == dir.path() / "other");
  CHECK(load(dir.path(), {}, {{"TALLY_CONFIG", ""}}).storage.backend == "searched");
}

TEST_CASE("discovery: a named file that can't be read is an error with path and reason") {
  const TempDir dir;
  writeFile(dir.path() / "tally.yaml", "storage: {backend: searched}");
  fs::create_directory(dir.path() / "folder");
  const struct {
    const char* what;
    fs::path named;
    const char* reason;
    ErrorCode code;
  } rows[] = {
      {"missing", "gone.yaml", "No such file", ErrorCode::ConfigNotFound},
      {"a folder", "folder", "Is a directory", ErrorCode::InvalidConfig},
      {"a link to itself", "loop", "symbolic links", ErrorCode::InvalidConfig},
      {"below a file", "tally.yaml/x.yaml", "Not a directory", ErrorCode::ConfigNotFound},
      {"absolute", dir.path() / "gone.yaml", "No such file", ErrorCode::ConfigNotFound},
  };
  fs::create_symlink("loop", dir.path() / "loop");
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(codeOf([&] { load(dir.path(), row.named); }) == row.code);
    CHECK(codeOf([&] { load(dir.path(), {}, {{"TALLY_CONFIG", row.named.string()}}); }) == row.code);
    const std::string message = messageOf([&] { load(dir.path(), row.named); });
    CHECK(contains(message, (dir.path() / row.named).string()));
    CHECK(contains(message, row.reason));
  }
}

TEST_CASE("discovery: in a working directory that is gone one is told so") {
  const fs::path before = fs::current_path();
  {
    const TempDir dir;
    fs::current_path(dir.path());
    fs::remove_all(dir.path());
    CHECK(codeOf([] { loadConfig(); }) == ErrorCode::InvalidConfig);
    CHECK(contains(messageOf([] { loadConfig(); }), "change to one that is there"));
  }
  fs::current_path(before);
}

TEST_CASE("discovery: a file that this user may not read is told with what to do") {
  const TempDir dir;
  fs::permissions(dir.path(), fs::perms::owner_all | fs::perms::others_exec);
  writeFile(dir.path() / "tally.yaml", "storage: {backend: redis}");
  fs::permissions(dir.path() / "tally.yaml", fs::perms::owner_read);
  REQUIRE_MESSAGE(::seteuid(65534) == 0, "this test needs to run as root");
  const auto code = codeOf([&] { load(dir.path()); });
  const std::string message = messageOf([&] { load(dir.path()); });
  REQUIRE(::seteuid(0) == 0);
  CHECK(code == ErrorCode::PermissionDenied);
  CHECK(contains(message, "Permission denied; let this user read it"));
}

TEST_CASE("discovery: a dangling link or a folder of that name is an error, not a reason to look elsewhere") {
  const TempDir dir;
  writeFile(dir.path() / "tally.yaml", "storage: {backend: outer}");
  fs::create_directories(dir.path() / "link");
  fs::create_symlink("gone.yaml", dir.path() / "link/tally.yaml");
  fs::create_directories(dir.path() / "folder/tally.yaml");
  CHECK(codeOf([&] { load(dir.path() / "link"); }) == ErrorCode::ConfigNotFound);
  CHECK(codeOf([&] { load(dir.path() / "folder"); }) == ErrorCode::InvalidConfig);
}

TEST_CASE("discovery: relative paths are taken from the file's folder (bug 69)") {
  const TempDir dir;
  writeFile(dir.path() / "tally.yaml",
            "storage: {path: .tally, plugin: {path: lib/../x.so}}\nplugins: {searchPath: [plugins, /opt/p]}\n");
  fs::create_directories(dir.path() / "deep/er");
  const Config config = load(dir.path() / "deep/er");
  CHECK(config.base_dir == dir.path());
  CHECK(std::get<std::string>(config.storage.shared.at("path").value) == ".tally");
  CHECK(config.storage.plugin_path == dir.path() / "x.so");
  REQUIRE(config.plugins.search_path.size() == 2);
  CHECK(config.plugins.search_path[0] == dir.path() / "plugins");
  CHECK(config.plugins.search_path[1] == "/opt/p");
}

TEST_CASE("discovery: a broken file is an error, never the defaults (bug 69)") {
  const TempDir dir;
  writeFile(dir.path() / "tally.yaml", "storage:\n  backend: [redis\n");
  CHECK(codeOf([&] { load(dir.path()); }) == ErrorCode::ConfigSyntax);
  CHECK(contains(messageOf([&] { load(dir.path()); }), "tally.yaml:"));
}

TEST_CASE("discovery: a file above 1 MiB is refused, one of 1 MiB is read") {
  const TempDir dir;
  const std::string text = "storage: {backend: redis} #";
  const std::size_t limit = std::size_t{1} << 20;
  writeFile(dir.path() / "tally.yaml", text + std::string(limit - text.size(), 'x'));
  CHECK(load(dir.path()).storage.backend == "redis");
  writeFile(dir.path() / "tally.yaml", text + std::string(limit - text.size() + 1, 'x'));
  CHECK(codeOf([&] { load(dir.path()); }) == ErrorCode::ConfigSyntax);
  CHECK(contains(messageOf([&] { load(dir.path()); }), "1 MiB"));
}

TEST_CASE("discovery: without an environment of its own a source uses the process's") {
  const TempDir dir;
  writeFile(dir.path() / "named.yaml", "storage:\n  backend: ${TALLY_TEST_BACKEND_NAME:-missing}\n");
  ::setenv("TALLY_TEST_BACKEND_NAME", "from_process", 1);
  CHECK(loadConfig({dir.path() / "named.yaml", {}, {}, {}}).storage.backend == "from_process");
  ::unsetenv("TALLY_TEST_BACKEND_NAME");
  CHECK(loadConfig({dir.path() / "named.yaml", {}, {}, {}}).storage.backend == "missing");
}

TEST_CASE("origin: says only what it knows") {
  CHECK(Origin{}.toString() == "default");
  CHECK(Origin{"variable REDIS_URL"}.toString() == "variable REDIS_URL");
  CHECK(Origin{"tally.yaml", 4, 12}.toString() == "tally.yaml:4:12");
  CHECK(Origin{"tally.yaml", 4}.toString() == "tally.yaml:4");
}

}  // namespace
}  // namespace tally::test
