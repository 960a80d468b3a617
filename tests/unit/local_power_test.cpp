// Which files and folders are synced, watched from inside the process.

#include <fcntl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <mutex>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;

namespace {

struct Syncs {
  std::mutex mutex;
  std::vector<std::string> seen;  // the last parts of the paths
  int fail_with = 0;

  int take(int fd, long number) {
    const std::lock_guard lock(mutex);
    seen.push_back(fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).filename().string());
    if (fail_with != 0) {
      errno = fail_with;
      return -1;
    }
    return static_cast<int>(::syscall(number, fd));
  }
  std::vector<std::string> drain() {
    const std::lock_guard lock(mutex);
    return std::exchange(seen, {});
  }
};

Syncs& syncs() {
  static Syncs all;
  return all;
}

struct FailingSyncs {
  explicit FailingSyncs(int number) { syncs().fail_with = number; }
  ~FailingSyncs() { syncs().fail_with = 0; }
};

local::Settings full(const TempDir& dir) { return {dir.path() / "store", true, local::Durability::Full}; }

}  // namespace

// These take the place of the C library's in this program.
extern "C" int fsync(int fd) { return syncs().take(fd, SYS_fsync); }
extern "C" int fdatasync(int fd) { return syncs().take(fd, SYS_fdatasync); }

TEST_CASE("bug 13: durability full syncs the file, and every folder that got a new name") {
  const TempDir dir;
  local::LocalStorage storage(full(dir));
  syncs().drain();
  storage.write("a/b/k", "1");
  auto seen = syncs().drain();
  REQUIRE(seen.size() == 5);
  CHECK(seen[0] == dir.path().filename());
  CHECK(seen[1] == "store");
  CHECK(seen[2] == "a");
  CHECK(seen[3].substr(0, 7) == ".tally~");
  CHECK(seen[4] == "b");
  storage.append("a/b/log", "1");
  CHECK(syncs().drain() == std::vector<std::string>{"log", "b"});
  storage.append("a/b/log", "2");
  CHECK(syncs().drain() == std::vector<std::string>{"log"});
  storage.remove("a/b/log");
  CHECK(syncs().drain() == std::vector<std::string>{"b"});
}

TEST_CASE("durability process syncs nothing") {
  Store store;
  syncs().drain();
  store.storage.write("a/k", "1");
  store.storage.append("a/k", "2");
  store.storage.remove("a", {true});
  CHECK(syncs().drain().empty());
  CHECK_FALSE(store.storage.capabilities().has(Capability::SurvivesPowerLoss));
}

TEST_CASE("write: a disk error at the sync leaves the old value") {
  const TempDir dir;
  local::LocalStorage storage(full(dir));
  storage.write("k", "old");
  {
    const FailingSyncs broken(EIO);
    CHECK(codeOf([&] { storage.write("k", "new"); }) == ErrorCode::Unavailable);
  }
  CHECK(storage.read("k") == "old");
  CHECK(names(storage, "") == std::vector<std::string>{"k"});
  CHECK(storage.capabilities().has(Capability::SurvivesPowerLoss));
}

TEST_CASE("append: a disk error at the sync is OutcomeUnknown, because others may have seen it") {
  const TempDir dir;
  local::LocalStorage storage(full(dir));
  storage.append("k", "old");
  const FailingSyncs broken(EIO);
  CHECK(codeOf([&] { storage.append("k", "new"); }) == ErrorCode::OutcomeUnknown);
}

TEST_CASE("append: with durability full a file that was moved away gets nothing more") {
  const TempDir dir;
  local::LocalStorage storage(full(dir));
  storage.append("k", "1");
  fs::rename(dir.path() / "store/k", dir.path() / "store/moved");
  storage.append("k", "2");
  CHECK(storage.read("k") == "2");
  CHECK(storage.read("moved") == "1");
}
