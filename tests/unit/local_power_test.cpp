// What the file system is asked for, watched from inside the process: syncs, times, modes.

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;

namespace {

struct Syncs {
  std::mutex mutex;
  std::vector<std::string> seen;  // the last parts of the paths
  int fail_with = 0, fail_times = 0;
  std::atomic<bool> held = false;  // a sync that is to fail waits

  int take(int fd, long number) {
    std::unique_lock lock(mutex);
    seen.push_back(fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).filename().string());
    if (fail_times == 0) return static_cast<int>(::syscall(number, fd));
    --fail_times;
    const int failure = fail_with;
    lock.unlock();
    held.wait(true);
    errno = failure;
    return -1;
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
  explicit FailingSyncs(int number) {
    syncs().fail_with = number;
    syncs().fail_times = 1'000'000;
  }
  /// So often, and not before release().
  FailingSyncs(int number, int times) {
    syncs().fail_with = number;
    syncs().fail_times = times;
    syncs().held = true;
  }
  ~FailingSyncs() {
    release();
    syncs().fail_times = 0;
  }
  void release() const {
    syncs().held = false;
    syncs().held.notify_all();
  }
};

// Seconds, as some file systems keep no more; 1 is exact.
std::atomic<long> stamps_are_whole = 1;
std::atomic<unsigned> modes_while_written = 0;  // of temporary files, all together

local::Settings full(const TempDir& dir) { return {dir.path() / "store", true, local::Durability::Full}; }

}  // namespace

// These take the place of the C library's in this program.
extern "C" int fsync(int fd) { return syncs().take(fd, SYS_fsync); }
extern "C" int fdatasync(int fd) { return syncs().take(fd, SYS_fdatasync); }

extern "C" int futimens(int fd, const timespec times[2]) {
  timespec kept[2] = {times[0], times[1]};
  if (kept[1].tv_nsec != UTIME_OMIT) kept[1].tv_nsec -= kept[1].tv_nsec % stamps_are_whole;
  return static_cast<int>(::syscall(SYS_utimensat, fd, nullptr, kept, 0));
}
extern "C" ssize_t write(int fd, const void* bytes, size_t size) {
  struct stat found {};
  std::error_code failed;
  const auto path = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), failed);
  if (path.filename().string().rfind(".tally~", 0) == 0 && ::fstat(fd, &found) == 0)
    modes_while_written |= found.st_mode;
  return ::syscall(SYS_write, fd, bytes, size);
}

TEST_CASE("write: nobody else may read the new value of a private object, not even while it is written") {
  Store store;
  store.storage.write("k", "1");
  ::chmod(store.path("k").c_str(), 0600);
  modes_while_written = 0;
  store.storage.write("k", "secret");
  CHECK((modes_while_written & 0777) == 0600);
}

TEST_CASE("write: versions are right where the file system keeps less than nanoseconds") {
  for (const long unit : {100L, 1'000'000L, 1'000'000'000L}) {
    stamps_are_whole = unit;
    Store store;
    Version last = store.storage.write("k", "0");
    for (const char* content : {"1", "2", "3"}) {
      WriteOptions mine;
      mine.if_version = last;
      const Version now = store.storage.write("k", content, mine);
      CHECK_FALSE(now == last);
      CHECK(codeOf([&] { store.storage.write("k", "x", mine); }) == ErrorCode::Conflict);
      last = now;
    }
    CHECK(store.storage.stat("k")->version == last);
    stamps_are_whole = 1;
  }
}

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

TEST_CASE("append: a disk error is told to all whose bytes may be lost, though the kernel tells it once") {
  const TempDir dir;
  local::LocalStorage storage(full(dir));
  storage.append("k", "old");
  const FailingSyncs broken(EIO, 1);
  std::atomic<int> unknown = 0, done = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        try {
          storage.append("k", "new");
          ++done;
        } catch (const Error& error) {
          CHECK(error.code() == ErrorCode::OutcomeUnknown);
          ++unknown;
        }
      });
    }
    while (storage.stat("k")->size < 3 + 6 * 3) std::this_thread::yield();  // all have written, and wait
    broken.release();
  }
  CHECK(unknown == 6);
  CHECK(done == 0);
  storage.append("k", "after");  // through another descriptor
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

TEST_CASE("batch: durability full syncs each file, and a folder with several of them once") {
  const TempDir dir;
  local::LocalStorage storage(full(dir));
  storage.write("a/k", "1");
  storage.write("b/k", "1");
  syncs().drain();
  struct Ignore final : BatchSink {
    int failed = 0;
    void take(std::size_t, std::string_view, const StorageStat&) override {}
    void fail(std::size_t, const Error& error) override { failed += error.code() == ErrorCode::OutcomeUnknown; }
  } out;
  storage.writeMany({"a/1", "a/2", "a/3", "b/1"}, {"", "", "", ""}, {}, out, Call());
  auto seen = syncs().drain();
  CHECK(std::count(seen.begin(), seen.end(), "a") == 1);
  CHECK(std::count(seen.begin(), seen.end(), "b") == 1);
  CHECK(seen.size() == 6);
  CHECK(seen.back() == "a");
  storage.removeMany({"a/1", "a/2", "b/1"}, {}, out, Call());
  seen = syncs().drain();
  std::sort(seen.begin(), seen.end());
  CHECK(seen == std::vector<std::string>{"a", "b"});

  const FailingSyncs broken(EIO);
  storage.removeMany({"a/3", "a/k", "b/k"}, {}, out, Call());
  CHECK(out.failed == 3);
}

TEST_CASE("append stream: what was collected is synced once, and a failed sync names the first append in doubt") {
  const TempDir dir;
  local::LocalStorage storage(full(dir));
  storage.append("k", "0");
  syncs().drain();
  const auto stream = storage.openAppendStream("k", {}, Call());
  for (int i = 0; i < 100; ++i) CHECK(stream->submit("x"));
  CHECK(syncs().drain().empty());
  CHECK(stream->wait(99, Call()) == 101);
  CHECK(syncs().drain() == std::vector<std::string>{"k"});
  CHECK(stream->submit("y"));
  const FailingSyncs broken(EIO);
  const std::string said = messageOf([&] { stream->wait(100, Call()); });
  CHECK(said.find("append 100 of the stream and those after it may or may not be there") != said.npos);
  CHECK(codeOf([&] { static_cast<void>(stream->submit("z")); }) == ErrorCode::OutcomeUnknown);
}
