// A file that nobody named decides about plugins only where nobody else could have written it.

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/config_fixture.hpp"

namespace tally::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlugins = "plugins: {trust: relaxed}\n";

/// A folder with a tally.yaml in it, and nothing of the environment.
struct Folder {
  explicit Folder(std::string_view text) {
    file = dir.path() / "tally.yaml";
    writeFile(file, text);
    ::chmod(file.c_str(), 0644);
  }
  Config load(const Variables& variables = {}, const fs::path& named = {}) const {
    return loadConfig({named, dir.path(), environmentOf(variables), {}});
  }
  std::string refusal() const {
    CHECK(codeOf([&] { load(); }) == ErrorCode::InvalidConfig);
    return messageOf([&] { load(); });
  }
  TempDir dir;
  fs::path file;
};

TEST_CASE("config trust: a file of another user that was not named has no say about plugins") {
  for (const char* text : {"plugins: {trust: relaxed}", "plugins: {searchPath: [here]}",
                           "plugins: {sha256: {}, pin: strict}", "storage: {plugin: {path: libtally_x.so}}"}) {
    CAPTURE(text);
    const Folder folder(text);
    CHECK_NOTHROW(folder.load());
    REQUIRE_MESSAGE(::chown(folder.file.c_str(), 65534, 65534) == 0, "this test needs to run as root");
    const auto why = folder.refusal();
    CHECK_MESSAGE(contains(why, folder.file.string()), why);
    CHECK_MESSAGE(contains(why, "belongs to another user (uid 65534)"), why);
    CHECK_MESSAGE(contains(why, "--config"), why);
    CHECK_NOTHROW(folder.load({}, folder.file));
    CHECK_NOTHROW(folder.load({{"TALLY_CONFIG", folder.file.string()}}));
  }
}

TEST_CASE("config trust: what is not about plugins counts whoever wrote it") {
  const Folder folder("storage: {backend: redis}\n");
  REQUIRE_MESSAGE(::chown(folder.file.c_str(), 65534, 65534) == 0, "this test needs to run as root");
  CHECK(folder.load().storage.backend == "redis");
  ConfigSource source{{}, folder.dir.path(), environmentOf({}), {{"plugins.trust", "relaxed"}}};
  CHECK(loadConfig(source).plugins.relaxed_trust);
}

TEST_CASE("config trust: who could change the file counts as its owner") {
  const Folder folder(kPlugins);
  ::chmod(folder.file.c_str(), 0666);
  CHECK(contains(folder.refusal(), "writable by everybody (mode 0666)"));
  ::chmod(folder.file.c_str(), 0644);
  ::chmod(folder.dir.path().c_str(), 0777);
  CHECK(contains(folder.refusal(), "writable by everybody (mode 0777)"));
  ::chmod(folder.dir.path().c_str(), 01777);
  CHECK_NOTHROW(folder.load());
  REQUIRE(::chown(folder.file.c_str(), 0, 65534) == 0);
  ::chmod(folder.file.c_str(), 0664);
  CHECK(contains(folder.refusal(), "writable by its group (mode 0664)"));
}

TEST_CASE("config trust: a link of another user is no better than his file") {
  const Folder folder(kPlugins);
  const TempDir other;
  fs::rename(folder.file, other.path() / "tally.yaml");
  fs::create_symlink(other.path() / "tally.yaml", folder.file);
  CHECK_NOTHROW(folder.load());
  REQUIRE_MESSAGE(::lchown(folder.file.c_str(), 65534, 65534) == 0, "this test needs to run as root");
  CHECK(contains(folder.refusal(), "belongs to another user (uid 65534)"));
}

TEST_CASE("config trust: a user in a checkout of his own is obeyed, also with the umask 002") {
  const Folder folder(kPlugins);
  REQUIRE_MESSAGE(::chown(folder.dir.path().c_str(), 65534, 65534) == 0, "this test needs to run as root");
  REQUIRE(::chown(folder.file.c_str(), 65534, 65534) == 0);
  ::chmod(folder.file.c_str(), 0664);
  ::chmod(folder.dir.path().c_str(), 0775);
  REQUIRE(::seteuid(65534) == 0);
  bool obeyed = false;
  try {
    obeyed = folder.load().plugins.relaxed_trust;
  } catch (const Error&) {
    obeyed = false;
  }
  REQUIRE(::seteuid(0) == 0);
  CHECK(obeyed);
}

}  // namespace
}  // namespace tally::test
