// What is peculiar to files; what every backend must do is in the conformance kit.

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>

#include <thread>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;

TEST_CASE("files: lie under their keys, unchanged") {
  Store store;
  store.storage.write("conversations/c 1/meta.json", "{}");
  CHECK(store.raw("conversations/c 1/meta.json") == "{}");
  store.plant("from/elsewhere", "text");
  CHECK(store.storage.read("from/elsewhere") == "text");
}

TEST_CASE("write: keeps the permissions of what it replaces") {
  Store store;
  store.storage.write("k", "1");
  ::chmod(store.path("k").c_str(), 0640);
  store.storage.write("k", "2");
  CHECK(fs::status(store.path("k")).permissions() == static_cast<fs::perms>(0640));
}

TEST_CASE("write: keeps the group for its members, and gives another one no more than everybody") {
  constexpr gid_t kTeam = 5000, kNobody = 65534;
  Store store;
  const auto replaced = [&](mode_t mode, bool is_member) {
    store.storage.write("k", "old");
    openToAll(store);
    CHECK(::chown(store.path("k").c_str(), 0, kTeam) == 0);
    CHECK(::chmod(store.path("k").c_str(), mode) == 0);
    CHECK(inChild([&] {
            require(::setgroups(is_member ? 1 : 0, &kTeam) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
                        ::setresuid(kNobody, kNobody, kNobody) == 0,
                    "the tests run as root");
            local::LocalStorage own({store.path(""), true, local::Durability::Process});
            own.write("k", "new");
          }) == "");
    struct stat found {};
    CHECK(::stat(store.path("k").c_str(), &found) == 0);
    CHECK(found.st_gid == (is_member ? kTeam : kNobody));
    return found.st_mode & 0777;
  };
  CHECK(replaced(0660, true) == 0660);
  CHECK(replaced(0660, false) == 0600);
  CHECK(replaced(0664, false) == 0644);
}

TEST_CASE("write: as root keeps the owner of what it replaces") {
  REQUIRE_MESSAGE(::geteuid() == 0, "run the tests as root");
  Store store;
  store.storage.write("k", "1");
  REQUIRE(::chown(store.path("k").c_str(), 65534, 65534) == 0);
  store.storage.write("k", "2");
  struct stat found {};
  REQUIRE(::stat(store.path("k").c_str(), &found) == 0);
  CHECK(found.st_uid == 65534);
  CHECK(found.st_gid == 65534);
}

TEST_CASE("version: follows each change, also when time seems to stand still or run backwards") {
  Store store;
  std::vector<Version> seen;
  for (int i = 0; i < 50; ++i) {
    const Version version = store.storage.write("k", "same");
    CHECK(store.storage.stat("k")->version == version);
    for (const auto& old : seen) CHECK(old != version);
    seen.push_back(version);
  }
  const timespec future[2] = {{0, UTIME_OMIT}, {4'000'000'000, 999'999'999}};
  REQUIRE(::utimensat(AT_FDCWD, store.path("k").c_str(), future, 0) == 0);
  const auto planted = store.storage.stat("k");
  store.storage.write("k", "same");
  CHECK(*store.storage.stat("k")->modified == *planted->modified + std::chrono::nanoseconds(1));
}

TEST_CASE("write: conditions hold at the moment of the change") {
  Store store;
  const Version first = store.storage.write("k", "1");
  WriteOptions if_first;
  if_first.if_version = first;
  store.storage.append("k", "2");
  CHECK(codeOf([&] { store.storage.write("k", "x", if_first); }) == ErrorCode::Conflict);
  if_first.if_version = store.storage.stat("k")->version;
  store.storage.write("k", "3", if_first);
  CHECK(codeOf([&] { store.storage.write("absent", "x", if_first); }) == ErrorCode::Conflict);
  WriteOptions both = if_first;
  both.if_absent = true;
  CHECK(codeOf([&] { store.storage.write("k", "x", both); }) == ErrorCode::InvalidArgument);
  WriteOptions fading;
  fading.time_to_live = std::chrono::seconds(1);
  CHECK(codeOf([&] { store.storage.write("k", "x", fading); }) == ErrorCode::Unsupported);
  CHECK(store.storage.read("k") == "3");
}

TEST_CASE("write: a Conflict about an absent object leaves no folder behind") {
  Store store;
  store.storage.write("d/x", "1");
  WriteOptions stale;
  stale.if_version = store.storage.stat("d/x")->version;
  store.storage.remove("d", {true});
  CHECK(codeOf([&] { store.storage.write("d/x", "2", stale); }) == ErrorCode::Conflict);
  CHECK_FALSE(fs::exists(store.path("d")));
}

TEST_CASE("append: at an expected size, without a token") {
  Store store;
  AppendOptions at;
  at.expected_size = 3;
  CHECK(codeOf([&] { store.storage.append("k", "x", at); }) == ErrorCode::Conflict);
  CHECK_FALSE(store.storage.stat("k").has_value());
  CHECK(store.storage.append("k", "abc") == 3);
  CHECK(store.storage.append("k", "d", at) == 4);
  CHECK(codeOf([&] { store.storage.append("k", "e", at); }) == ErrorCode::Conflict);
  AppendOptions token;
  token.token = "t";
  CHECK(codeOf([&] { store.storage.append("k", "x", token); }) == ErrorCode::Unsupported);
  CHECK(store.storage.read("k") == "abcd");
}

TEST_CASE("append: goes to the new file after a replace or a remove by anybody") {
  Store store;
  store.storage.append("k", "1");
  store.storage.write("k", "2");
  store.storage.append("k", "3");
  CHECK(store.storage.read("k") == "23");
  store.storage.remove("k");
  store.storage.append("k", "4");
  CHECK(store.storage.read("k") == "4");
  store.plant("fresh", "5");
  fs::rename(store.path("fresh"), store.path("k"));
  store.storage.append("k", "6");
  CHECK(store.storage.read("k") == "56");
}

TEST_CASE("append: with durability process a file that was moved away gets nothing more a second later") {
  Store store;
  store.storage.append("k", "1");
  fs::rename(store.path("k"), store.path("moved"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  store.storage.append("k", "2");
  CHECK(store.storage.read("k") == "2");
  CHECK(store.storage.read("moved") == "1");

  fs::create_hard_link(store.path("k"), store.path("kept"));
  store.plant("fresh", "3");
  fs::rename(store.path("fresh"), store.path("k"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1050));
  store.storage.append("k", "4");
  CHECK(store.storage.read("k") == "34");
  CHECK(store.storage.read("kept") == "2");
}

TEST_CASE("append: never into the snapshot that a hard link keeps of a replaced or removed file") {
  Store store;
  LocalStorage other({store.path(""), true, Durability::Process});  // as another process would be
  const auto change = [&](int by) -> LocalStorage& { return by == 0 ? store.storage : other; };
  for (const int by : {0, 1}) {
    const std::string key = "k" + std::to_string(by);
    store.storage.append(key, "1");
    fs::create_hard_link(store.path(key), store.path(key + ".replaced"));
    change(by).write(key, "2");
    store.storage.append(key, "3");
    CHECK(store.raw(key + ".replaced") == "1");
    CHECK(store.raw(key) == "23");
    fs::create_hard_link(store.path(key), store.path(key + ".removed"));
    change(by).remove(key);
    store.storage.append(key, "4");
    CHECK(store.raw(key + ".removed") == "23");
    CHECK(store.raw(key) == "4");
  }
}

TEST_CASE("append: to more files than descriptors are kept") {
  Store store;
  const auto open = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
  const auto before = open();
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 200; ++i) store.storage.append("d/" + std::to_string(i), "x");
  }
  CHECK(open() - before <= 64 + 8);
  for (int i = 0; i < 200; ++i) CHECK(store.storage.read("d/" + std::to_string(i)) == "xx");
  for (int i = 190; i < 200; ++i) store.storage.write("d/" + std::to_string(i), "y");
  CHECK(open() - before <= 54 + 8);
  store.storage.remove("d", {true});
  CHECK(open() - before <= 8);
}

TEST_CASE("other kinds: pipes and devices are neither listed nor touched, and block nobody") {
  Store store;
  store.storage.write("d/k", "1");
  REQUIRE(::mkfifo(store.path("d/pipe").c_str(), 0666) == 0);
  CHECK(names(store.storage, "d") == std::vector<std::string>{"k"});
  CHECK(codeOf([&] { store.storage.read("d/pipe"); }) == ErrorCode::PermissionDenied);
  CHECK(codeOf([&] { store.storage.stat("d/pipe"); }) == ErrorCode::PermissionDenied);
  CHECK(codeOf([&] { store.storage.append("d/pipe", "x"); }) == ErrorCode::PermissionDenied);
  CHECK(codeOf([&] { store.storage.write("d/pipe", "x"); }) == ErrorCode::PermissionDenied);
  CHECK(store.storage.remove("d", {true}));
}

TEST_CASE("keys: a segment of 255 bytes works, one of 256 is InvalidArgument and leaves nothing") {
  Store store;
  const std::string longest(255, 'x');
  store.storage.write(longest + "/" + longest, "1");
  CHECK(store.storage.read(longest + "/" + longest) == "1");
  for (const std::string& key : {longest + "y", "d/" + longest + "y", longest + "y/k"}) {
    CHECK(codeOf([&] { store.storage.write(key, "1"); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { store.storage.read(key); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { names(store.storage, key); }) == ErrorCode::InvalidArgument);
  }
  CHECK(names(store.storage, "") == std::vector<std::string>{longest + "/"});
}

TEST_CASE("remove: a folder goes for good although others write into it meanwhile") {
  Store store;
  std::vector<std::thread> writers;
  for (int t = 0; t < 3; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        store.storage.write("d/sub/k" + std::to_string(t), std::string(5000, 'x'));
        store.storage.append("d/log" + std::to_string(t), "x");
      }
    });
  }
  for (int i = 0; i < 100; ++i) store.storage.remove("d", {true});
  for (auto& writer : writers) writer.join();
  store.storage.remove("d", {true});
  CHECK(names(store.storage, "").empty());
}

TEST_CASE("capabilities: what files can do") {
  Store store;
  const auto offered = store.storage.capabilities();
  for (const auto one : {Capability::CreateExclusive, Capability::IfVersion, Capability::AppendAt,
                         Capability::ModifiedTime, Capability::KeepsEmptyDirectories}) {
    CHECK(offered.has(one));
  }
  for (const auto one : {Capability::TimeToLive, Capability::AppendToken}) CHECK_FALSE(offered.has(one));
}
