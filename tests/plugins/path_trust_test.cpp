#include "plugins/file/path_trust.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>
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

TEST_CASE("trust: a right that an access list gives to somebody else shows as the group's") {
  const TempDir dir;
  const auto file = dir.path() / "file";
  writeBytes(file, "x");
  ::chmod(file.c_str(), 0600);
  // user::rw-, user:65534:rw-, group::---, mask::rw-, other::---, as the kernel wants it.
  const unsigned char list[] = {2,    0, 0, 0,                                                              //
                                1,    0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF, 2,    0, 6, 0, 0xFE, 0xFF, 0,    0,  //
                                4,    0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x10, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF,
                                0x20, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF};
  REQUIRE_MESSAGE(::setxattr(file.c_str(), "system.posix_acl_access", list, sizeof list, 0) == 0,
                  "this test needs a temporary folder with access lists");
  CHECK(whyNot(file).find("writable by its group (mode 0660)") != std::string::npos);
}

TEST_CASE("trust: folders of a path count up to the root, but sticky ones may be open") {
  const TempDir dir;
  const auto inner = dir.path() / "outer/inner", file = inner / "file";
  std::filesystem::create_directories(inner);
  writeBytes(file, "x");
  ::chmod(file.c_str(), 0644);
  ::chmod((dir.path() / "outer").c_str(), 0777);
  CHECK(whyNot(file).find("outer is writable by everybody (mode 0777)") != std::string::npos);
  ::chmod((dir.path() / "outer").c_str(), 01777);
  CHECK(whyNot(file) == "trusted");
  REQUIRE_MESSAGE(::chown((dir.path() / "outer").c_str(), 65534, 65534) == 0, "this test needs to run as root");
  CHECK(whyNot(file).find("outer belongs to another user (uid 65534)") != std::string::npos);
}

TEST_CASE("trust: whoever could change a link on the way makes the file untrusted") {
  const TempDir dir;
  const auto file = dir.path() / "good/file", open = dir.path() / "open", link = open / "link";
  std::filesystem::create_directory(dir.path() / "good");
  std::filesystem::create_directory(open);
  writeBytes(file, "x");
  ::chmod(file.c_str(), 0644);
  std::filesystem::create_symlink("../good", link);
  CHECK(whyNot(link / "file") == "trusted");
  CHECK(whyNot(open / "link/../good/file") == "trusted");
  ::chmod(open.c_str(), 0777);
  CHECK(whyNot(link / "file").find("open is writable by everybody (mode 0777)") != std::string::npos);
  ::chmod(open.c_str(), 01777);
  CHECK(whyNot(link / "file") == "trusted");
  REQUIRE_MESSAGE(::lchown(link.c_str(), 65534, 65534) == 0, "this test needs to run as root");
  CHECK(whyNot(link / "file").find("link belongs to another user (uid 65534)") != std::string::npos);
}

TEST_CASE("trust: links in a ring are no file") {
  const TempDir dir;
  std::filesystem::create_symlink("b", dir.path() / "a");
  std::filesystem::create_symlink("a", dir.path() / "b");
  CHECK(whyNot(dir.path() / "a").find("can't be resolved") != std::string::npos);
}

TEST_CASE("trust: a broken link is named") {
  const TempDir dir;
  std::filesystem::create_symlink("nowhere", dir.path() / "link");
  CHECK(whyNot(dir.path() / "link").find("can't be resolved") != std::string::npos);
}
