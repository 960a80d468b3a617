#include "plugins/path_trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string whyNot(const std::filesystem::path& file) { return plugins::distrust(file).value_or("trusted"); }

}  // namespace

TEST_CASE("trust: a file of ours below a sticky folder is fine") {
  const TempDir dir;
  writeBytes(dir.path() / "file", "x");
  ::chmod((dir.path() / "file").c_str(), 0644);
  CHECK(whyNot(dir.path() / "file") == "trusted");
}

TEST_CASE("trust: whoever could change file or folder makes it untrusted, also behind a link") {
  const TempDir dir;
  const auto file = dir.path() / "sub/file";
  std::filesystem::create_directory(dir.path() / "sub");
  writeBytes(file, "x");
  ::chmod(file.c_str(), 0664);
  CHECK(whyNot(file).find("writable by its group (mode 0664)") != std::string::npos);
  std::filesystem::create_symlink(file, dir.path() / "link");
  CHECK(whyNot(dir.path() / "link").find("sub/file is writable") != std::string::npos);
  ::chmod(file.c_str(), 0644);
  ::chmod((dir.path() / "sub").c_str(), 01777);
  CHECK(whyNot(file).find("writable by everybody (mode 1777)") != std::string::npos);
  ::chmod((dir.path() / "sub").c_str(), 0755);
  CHECK(whyNot(file) == "trusted");
}

TEST_CASE("trust: a file of another user is untrusted") {
  const TempDir dir;
  const auto file = dir.path() / "file";
  writeBytes(file, "x");
  ::chmod(file.c_str(), 0644);
  REQUIRE_MESSAGE(::chown(file.c_str(), 65534, 65534) == 0, "this test needs to run as root");
  CHECK(whyNot(file).find("belongs to another user (uid 65534)") != std::string::npos);
}

TEST_CASE("trust: a broken link is named") {
  const TempDir dir;
  std::filesystem::create_symlink("nowhere", dir.path() / "link");
  CHECK(whyNot(dir.path() / "link").find("can't be resolved") != std::string::npos);
}
