// Full disks, missing descriptors, and what the kernel's numbers become.

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cerrno>

#include "local/journal/key_hash.hpp"
#include "local/system/system_error.hpp"
#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;
using local::LocalStorage;

namespace {

// Run `action` in a child with a file system of one megabyte at `place`, which only the child sees.
std::string onSmallDisk(const fs::path& place, const std::function<void()>& action) {
  return inChild([&] {
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("none", place.c_str(), "tmpfs", 0, "size=1m") == 0;
    if (!mounted) throw std::runtime_error("can't mount a small file system; run the tests as root");
    action();
  });
}

void require(ErrorCode code, ErrorCode expected) {
  local::test::require(code == expected, std::string(nameOf(code)) + " is " + std::string(nameOf(expected)));
}

}  // namespace

TEST_CASE("full disk: a write is NoSpace and leaves the old value and no temporary") {
  const TempDir dir;
  CHECK(onSmallDisk(dir.path(), [&] {
          LocalStorage storage({dir.path()});
          storage.write("k", "old");
          require(codeOf([&] { storage.write("k", std::string(4 << 20, 'x')); }), ErrorCode::NoSpace);
          local::test::require(storage.read("k") == "old", "the old value is there");
          storage.write("k2", std::string(500'000, 'x'));
        }) == "");
}

TEST_CASE("full disk: an append is NoSpace and leaves no part of itself") {
  const TempDir dir;
  CHECK(onSmallDisk(dir.path(), [&] {
          LocalStorage storage({dir.path()});
          storage.append("log", "whole\n");
          require(codeOf([&] { storage.append("log", std::string(4 << 20, 'x')); }), ErrorCode::NoSpace);
          local::test::require(storage.read("log") == "whole\n", "the old content is there");
          local::test::require(fs::file_size(dir.path() / "log") == 6, "the file was cut back");
          require(codeOf([&] { storage.append("new", std::string(4 << 20, 'x')); }), ErrorCode::NoSpace);
          local::test::require(!storage.stat("new"), "no empty object is left");
          storage.append("log", "next\n");
        }) == "");
}

TEST_CASE("full disk: no room for the journal is NoSpace, never a signal, and leaves none") {
  const TempDir dir;
  CHECK(onSmallDisk(dir.path(), [&] {
          std::ofstream(dir.path() / "filler") << std::string(2 << 20, 'x');
          LocalStorage storage({dir.path()});
          for (int attempt = 0; attempt < 2; ++attempt) {
            require(codeOf([&] { storage.write("k", "1"); }), ErrorCode::NoSpace);
            local::test::require(!fs::exists(dir.path() / ".tally~journal"), "no journal is left");
          }
          fs::remove(dir.path() / "filler");
          storage.write("k", "1");
        }) == "");
}

TEST_CASE("read-only mount: a write below it fails, and stands in the way of no other key") {
  Store store;
  store.storage.write("frozen/k", "1");
  std::vector<std::string> others;  // which share the lock of the key
  for (int i = 0; others.size() < 2; ++i) {
    std::string key = "k" + std::to_string(i);
    if (local::hashOf(key) >> 56 == local::hashOf("frozen/k") >> 56) others.push_back(std::move(key));
  }
  CHECK(inChild([&] {
          const std::string frozen = store.path("frozen").string();
          const auto mount = [](const char* from, const std::string& to, unsigned long flags) {
            return ::mount(from, to.c_str(), nullptr, flags, nullptr) == 0;
          };
          local::test::require(::unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", MS_REC | MS_PRIVATE) &&
                                   mount(frozen.c_str(), frozen, MS_BIND) &&
                                   mount(nullptr, frozen, MS_BIND | MS_REMOUNT | MS_RDONLY),
                               "the tests run as root, and may mount");
          LocalStorage storage({store.path(""), true, local::Durability::Process});
          require(codeOf([&] { storage.write("frozen/k", "2"); }), ErrorCode::PermissionDenied);
          storage.write(others[0], "1");
          require(codeOf([&] { storage.append("frozen/k", "2"); }), ErrorCode::PermissionDenied);
          storage.append(others[1], "1");
        }) == "");
  CHECK(store.storage.read("frozen/k") == "1");
}

TEST_CASE("descriptors: without free ones every call is Exhausted, and afterwards all works") {
  Store store;
  store.storage.write("d/k", "1");
  CHECK(inChild([&] {
          LocalStorage storage({store.path(""), true, local::Durability::Process});
          storage.write("d/k", "2");
          rlimit before{};
          ::getrlimit(RLIMIT_NOFILE, &before);
          const rlimit none{3, before.rlim_max};
          ::setrlimit(RLIMIT_NOFILE, &none);
          for (const auto& action :
               std::vector<std::function<void()>>{[&] { storage.read("d/k"); }, [&] { storage.write("d/k", "3"); },
                                                  [&] { storage.append("d/l", "3"); }, [&] { names(storage, "d"); },
                                                  [&] { storage.stat("d/k"); }, [&] { storage.remove("d", {true}); }}) {
            require(codeOf(action), ErrorCode::Exhausted);
          }
          ::setrlimit(RLIMIT_NOFILE, &before);
          local::test::require(storage.read("d/k") == "2", "nothing was changed");
          storage.write("d/k", "3");
        }) == "");
  CHECK(store.storage.read("d/k") == "3");
}

TEST_CASE("errors: each number has its code, says what failed, and keeps the number") {
  const struct {
    int number;
    ErrorCode code;
    bool retryable;
  } rows[] = {
      {ENOENT, ErrorCode::NotFound, false},         {EEXIST, ErrorCode::AlreadyExists, false},
      {EACCES, ErrorCode::PermissionDenied, false}, {EPERM, ErrorCode::PermissionDenied, false},
      {EROFS, ErrorCode::PermissionDenied, false},  {ENOSPC, ErrorCode::NoSpace, false},
      {EDQUOT, ErrorCode::NoSpace, false},          {EISDIR, ErrorCode::IsADirectory, false},
      {ENOTDIR, ErrorCode::NotADirectory, false},   {ENAMETOOLONG, ErrorCode::InvalidArgument, false},
      {EMFILE, ErrorCode::Exhausted, true},         {ENFILE, ErrorCode::Exhausted, true},
      {ENOMEM, ErrorCode::Exhausted, true},         {EFBIG, ErrorCode::TooLarge, false},
      {EIO, ErrorCode::Unavailable, false},         {ELOOP, ErrorCode::OutsideRoot, false},
      {EXDEV, ErrorCode::OutsideRoot, false},       {ENXIO, ErrorCode::PermissionDenied, false},
      {EOVERFLOW, ErrorCode::Unavailable, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.number);
    const Error error = local::systemError(row.number, "can't do it");
    CHECK(error.code() == row.code);
    CHECK(error.retryable() == row.retryable);
    CHECK(error.systemErrno() == row.number);
    CHECK(error.message().rfind("can't do it: ", 0) == 0);
  }
  CHECK(local::syncError(EIO, "x").code() == ErrorCode::OutcomeUnknown);
}
