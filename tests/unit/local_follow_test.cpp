// Following a file: what arrives, when, and from where another process goes on.

#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;
using local::LocalStorage;
using namespace std::chrono_literals;

namespace {

constexpr auto kLong = 20s;  // for what must happen; a test that waits so long has failed
constexpr auto kNow = 0s;    // for what must be there already

struct Seen {
  FollowEvent event;
  std::string bytes;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen next(Follower& follower, std::chrono::nanoseconds time = kLong, std::uint64_t max_bytes = 0) {
  Seen seen;
  StringSink sink(seen.bytes);
  seen.event = follower.next(sink, max_bytes, Call::within(time));
  return seen;
}

Seen data(std::string bytes) { return {FollowEvent::Data, std::move(bytes)}; }
const Seen kNothing{FollowEvent::Nothing, ""}, kReset{FollowEvent::Reset, ""}, kRemoved{FollowEvent::Removed, ""};

std::unique_ptr<Follower> follow(LocalStorage& storage, std::string_view key, const FollowOptions& options = {}) {
  return storage.extension<Follow>()->openFollower(key, options, Call());
}

/// All data up to `size` bytes.
std::string readUpTo(Follower& follower, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const Seen seen = next(follower);
    if (seen.event != FollowEvent::Data) break;
    all += seen.bytes;
  }
  return all;
}

local::Settings withInotify(const TempDir& dir, bool use) {
  return {dir.path() / "store", true, local::Durability::Process, true, use};
}

std::chrono::microseconds cpuOfThread() {
  struct rusage usage {};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

TEST_CASE("follow: what is there, then what is appended, each once and in order") {
  Store store;
  store.storage.append("log", "one\n");
  const auto follower = follow(store.storage, "log");
  CHECK(next(*follower) == data("one\n"));
  CHECK(next(*follower, kNow) == kNothing);
  store.storage.append("log", "two\n");
  store.storage.append("log", "three\n");
  CHECK(next(*follower) == data("two\nthree\n"));
  CHECK(next(*follower, kNow) == kNothing);
}

TEST_CASE("follow: at most as many bytes as asked for") {
  Store store;
  store.storage.append("log", "12345");
  const auto follower = follow(store.storage, "log");
  CHECK(next(*follower, kNow, 2) == data("12"));
  CHECK(next(*follower, kNow, 2) == data("34"));
  CHECK(next(*follower, kNow, 2) == data("5"));
}

TEST_CASE("follow: from the end, only what comes from now on") {
  Store store;
  store.storage.append("log", "old");
  FollowOptions options;
  options.from_end = true;
  const auto follower = follow(store.storage, "log", options);
  const auto early = follow(store.storage, "later", options);
  store.storage.append("log", "new");
  store.storage.append("later", "first");
  CHECK(next(*follower) == data("new"));
  CHECK(next(*early) == data("first"));
}

TEST_CASE("follow: a cursor goes on in another process, without gap or repeat") {
  Store store;
  store.storage.append("log", "one");
  auto follower = follow(store.storage, "log");
  CHECK(next(*follower) == data("one"));
  const std::string cursor = follower->cursor();
  store.storage.append("log", "two");
  CHECK(inChild([&] {
          LocalStorage other({store.path("")});
          FollowOptions options;
          options.cursor = cursor;
          options.from_end = true;  // the cursor goes before it
          const auto again = follow(other, "log", options);
          require(next(*again) == data("two"), "it goes on behind the cursor");
          require(next(*again, kNow) == kNothing, "and ends there");
        }) == "");
  CHECK(next(*follower) == data("two"));
}

TEST_CASE("follow: a replaced file is told, then it begins anew") {
  Store store;
  store.storage.write("k", "old content");
  auto follower = follow(store.storage, "k");
  CHECK(next(*follower) == data("old content"));
  const std::string cursor = follower->cursor();
  store.storage.write("k", "new");
  CHECK(next(*follower) == kReset);
  CHECK(next(*follower) == data("new"));

  FollowOptions options;
  options.cursor = cursor;
  follower = follow(store.storage, "k", options);
  CHECK(next(*follower, kNow) == kReset);
  CHECK(next(*follower, kNow) == data("new"));
}

TEST_CASE("follow: a file of the same size in the same place is another file") {
  Store store;
  auto follower = follow(store.storage, "k");
  for (int i = 0; i < 20; ++i) {
    const std::string value = std::to_string(i % 10);
    store.storage.write("k", value);
    if (i != 0) CHECK(next(*follower, kNow) == kReset);
    CHECK(next(*follower, kNow) == data(value));
    FollowOptions options;
    const std::string cursor = follower->cursor();
    options.cursor = cursor;
    follower = follow(store.storage, "k", options);
  }
}

TEST_CASE("follow: a file cut by another program begins anew") {
  Store store;
  store.storage.append("log", "12345");
  const auto follower = follow(store.storage, "log");
  CHECK(next(*follower) == data("12345"));
  fs::resize_file(store.path("log"), 2);
  CHECK(next(*follower) == kReset);
  CHECK(next(*follower) == data("12"));
}

TEST_CASE("follow: a removed object is told, and waited for") {
  Store store;
  store.storage.append("d/log", "one");
  const auto follower = follow(store.storage, "d/log");
  CHECK(next(*follower) == data("one"));
  const std::string cursor = follower->cursor();
  store.storage.remove("d", RemoveOptions{true});
  CHECK(next(*follower) == kRemoved);
  CHECK(next(*follower, kNow) == kNothing);
  store.storage.append("d/log", "again");
  CHECK(next(*follower) == data("again"));
  store.storage.remove("d/log");
  FollowOptions options;
  options.cursor = cursor;
  CHECK(next(*follow(store.storage, "d/log", options)) == kRemoved);
}

TEST_CASE("follow: an object that was moved away by another program is gone") {
  Store store;
  store.storage.append("d/log", "one");
  const auto follower = follow(store.storage, "d/log");
  CHECK(next(*follower) == data("one"));
  fs::rename(store.path("d/log"), store.path("elsewhere"));
  CHECK(next(*follower) == kRemoved);
  fs::rename(store.path("elsewhere"), store.path("d/log"));
  CHECK(next(*follower) == data("one"));
  fs::rename(store.path("d"), store.path("e"));
  CHECK(next(*follower) == kRemoved);
}

TEST_CASE("follow: an object that is not there yet is waited for, or NotFound") {
  for (const bool use_inotify : {true, false}) {
    const TempDir dir;
    LocalStorage storage(withInotify(dir, use_inotify));
    FollowOptions options;
    options.must_exist = true;
    CHECK(codeOf([&] { follow(storage, "a/b/log", options); }) == ErrorCode::NotFound);
    const auto follower = follow(storage, "a/b/log");
    CHECK(next(*follower, kNow) == kNothing);
    std::jthread writer([&] {
      storage.write("a/other", "1");
      storage.append("a/b/log", "first");
    });
    CHECK(next(*follower) == data("first"));
  }
}

TEST_CASE("follow: what is no object, and what is no cursor") {
  Store store;
  store.storage.write("d/k", "1");
  CHECK(codeOf([&] { follow(store.storage, "d"); }) == ErrorCode::IsADirectory);
  CHECK(codeOf([&] { follow(store.storage, ".tally~journal"); }) == ErrorCode::InvalidArgument);
  const std::string cursor = follow(store.storage, "d/k")->cursor();
  CHECK(cursor.size() <= 255);
  const std::vector<std::string> wrong = {"x",          "local1",          cursor + "-1",
                                          cursor + " ", "local1-zz-1-1-1", cursor.substr(0, 20)};
  for (const std::string& bad : wrong) {
    FollowOptions options;
    options.cursor = bad;
    CHECK(codeOf([&] { follow(store.storage, "d/k", options); }) == ErrorCode::InvalidArgument);
  }
  FollowOptions options;
  options.cursor = cursor;
  CHECK(messageOf([&] { follow(store.storage, "other", options); }) == "this is the cursor of another key");
  const auto follower = follow(store.storage, "later");
  fs::create_directory(store.path("later"));
  CHECK(codeOf([&] { next(*follower); }) == ErrorCode::IsADirectory);
}

TEST_CASE("follow: a link inside the store is followed, one that leads outside is refused") {
  Store store;
  store.storage.append("log", "one");
  fs::create_symlink("log", store.path("link"));
  fs::create_symlink(store.dir.path(), store.path("out"));
  const auto follower = follow(store.storage, "link");
  CHECK(next(*follower) == data("one"));
  store.storage.append("log", "two");
  CHECK(next(*follower) == data("two"));
  CHECK(codeOf([&] { follow(store.storage, "out/x"); }) == ErrorCode::OutsideRoot);
}

TEST_CASE("follow: bytes of an append that is not whole are never delivered") {
  Store store;
  store.storage.append("log", "whole\n");
  const auto follower = follow(store.storage, "log");
  CHECK(next(*follower) == data("whole\n"));
  dieAppending(store, "log", 6, "torn");
  CHECK(store.raw("log") == "whole\ntorn");
  CHECK(next(*follower, 300ms) == kNothing);
  store.storage.append("log", "next\n");
  CHECK(next(*follower) == data("next\n"));
}

TEST_CASE("follow: waits without using the processor, and wakes within 200 ms") {
  for (const bool use_inotify : {true, false}) {
    const TempDir dir;
    LocalStorage storage(withInotify(dir, use_inotify));
    storage.append("log", "x");
    const auto follower = follow(storage, "log");
    next(*follower);
    const auto before = cpuOfThread();
    CHECK(next(*follower, 2s) == kNothing);
    CHECK(cpuOfThread() - before < 20ms);

    std::atomic<Call::Clock::rep> written = 0;
    std::jthread writer([&] {
      written = Call::Clock::now().time_since_epoch().count();
      storage.append("log", "y");
    });
    CHECK(next(*follower) == data("y"));
    CHECK(Call::Clock::now().time_since_epoch() - Call::Clock::duration(written) < 200ms);
  }
}

TEST_CASE("follow: cancelling ends the wait within 200 ms, by token and by descriptor") {
  Store store;
  const auto follower = follow(store.storage, "log");
  std::string bytes;
  StringSink sink(bytes);
  std::stop_source source;
  Call call;
  call.cancel = source.get_token();
  Call::Clock::time_point asked;
  std::jthread stopper([&] {
    asked = Call::Clock::now();
    source.request_stop();
  });
  CHECK(codeOf([&] { follower->next(sink, 0, call); }) == ErrorCode::Cancelled);
  stopper.join();
  CHECK(Call::Clock::now() - asked < 200ms);

  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::uint32_t word = 0;
  call.cancel = CancelToken(&word, ends[0]);
  stopper = std::jthread([&] {
    asked = Call::Clock::now();
    __atomic_store_n(&word, 1U, __ATOMIC_RELEASE);
    CHECK(::write(ends[1], "x", 1) == 1);
  });
  CHECK(codeOf([&] { follower->next(sink, 0, call); }) == ErrorCode::Cancelled);
  stopper.join();
  CHECK(Call::Clock::now() - asked < 200ms);
  store.storage.append("log", "still usable");
  CHECK(next(*follower) == data("still usable"));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("follow: a hundred followers of one key see all of a thousand appends") {
  Store store;
  constexpr int kFollowers = 100, kAppends = 1000;
  std::string wanted;
  for (int i = 0; i < kAppends; ++i) wanted += std::to_string(i) + "\n";
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kFollowers; ++i) {
      threads.emplace_back([&] { right += readUpTo(*follow(store.storage, "log"), wanted.size()) == wanted; });
    }
    for (int i = 0; i < kAppends; ++i) store.storage.append("log", std::to_string(i) + "\n");
  }
  CHECK(right == kFollowers);
}

TEST_CASE("follow: followers of different keys wake each other up only to hand on the reading of events") {
  Store store;
  const auto a = follow(store.storage, "a"), b = follow(store.storage, "b");
  std::jthread other([&] { CHECK(next(*b) == data("for b")); });
  CHECK(next(*a, 50ms) == kNothing);
  store.storage.append("b", "for b");
  other.join();
  store.storage.append("a", "for a");
  CHECK(next(*a) == data("for a"));
}

TEST_CASE("follow: a child of fork gets Closed and leaves the parent's followers alone") {
  Store store;
  auto follower = follow(store.storage, "log");
  CHECK(next(*follower, kNow) == kNothing);
  CHECK(inChild([&] {
          require(codeOf([&] { next(*follower, kNow); }) == ErrorCode::Closed, "it is closed in the child");
          follower.reset();
        }) == "");
  std::jthread writer([&] { store.storage.append("log", "one"); });
  CHECK(next(*follower) == data("one"));
}
