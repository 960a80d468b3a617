// The mistakes of the original tool's adapter, each of which must not come back.

#include <atomic>
#include <chrono>
#include <thread>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;

TEST_CASE("bug 01: a reader sees one whole value while another replaces it") {
  Store store;
  const std::string values[] = {std::string(1 << 20, 'a'), std::string(300'000, 'b')};
  store.storage.write("k", values[0]);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) store.storage.write("k", values[i % 2]);
  });
  int torn = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string seen = store.storage.read("k");
    torn += seen != values[0] && seen != values[1];
  }
  stop = true;
  writer.join();
  CHECK(torn == 0);
}

TEST_CASE("bug 02: appends from many threads are all there") {
  Store store;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) store.storage.append("log", std::to_string(t) + "," + std::to_string(i) + "\n");
    });
  }
  for (auto& thread : threads) thread.join();
  std::istringstream lines(store.storage.read("log"));
  std::vector<int> next(8, 0);
  for (std::string line; std::getline(lines, line);) {
    const auto thread = static_cast<std::size_t>(std::stoi(line));
    CHECK(std::stoi(line.substr(line.find(',') + 1)) == next.at(thread)++);
  }
  CHECK(next == std::vector<int>(8, 100));
}

TEST_CASE("bug 03: an append does not rewrite what is there") {
  Store store;
  store.storage.append("log", std::string(64 << 20, 'x'));
  struct stat before {
  }, after{};
  REQUIRE(::stat(store.path("log").c_str(), &before) == 0);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) store.storage.append("log", "line\n");
  // Rewriting 64 MB a hundred times moves 12 GB.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  REQUIRE(::stat(store.path("log").c_str(), &after) == 0);
  CHECK(after.st_ino == before.st_ino);
  CHECK(after.st_size == before.st_size + 500);
}

TEST_CASE("bug 04: a crash during an append leaves earlier data alone") {
  Store store;
  std::string kept(8'000'000, 'k');
  store.storage.append("log", kept);
  for (int round = 1; round <= 10; ++round) {
    CHECK(inChild([&] {
            local::LocalStorage other({store.path(""), true, local::Durability::Process});
            std::thread killer([&] {
              std::this_thread::sleep_for(std::chrono::milliseconds(3 * round));
              ::kill(::getpid(), SIGKILL);
            });
            for (;;) other.append("log", "line\n");
          }) == "killed");
    const std::string seen = store.storage.read("log");
    REQUIRE(seen.size() >= kept.size());
    CHECK((seen.compare(0, kept.size(), kept) == 0));
    CHECK((seen.size() - kept.size()) % 5 == 0);
    kept = seen;
  }
}

TEST_CASE("bug 05: a folder that may not be read is an error, not empty") {
  Store store;
  store.storage.write("d/x", "1");
  openToAll(store);
  fs::permissions(store.path("d"), fs::perms::none);
  const std::string said = asNobody([&] { names(store.storage, "d"); });
  CHECK(said.substr(0, 6) == "Closed");
  CHECK(asNobody([&] {
          local::LocalStorage other({store.path("")});
          names(other, "d");
        }).substr(0, 16) == "PermissionDenied");
  fs::permissions(store.path("d"), fs::perms::all);
}

TEST_CASE("bug 06: bytes that are no text stay what they are") {
  Store store;
  const std::string bytes("\xff\xfe\x41\x80\0\r\n", 7);
  store.storage.write("k", bytes);
  store.storage.append("k", bytes);
  CHECK(store.storage.read("k") == bytes + bytes);
  CHECK(store.raw("k") == bytes + bytes);
}

TEST_CASE("bug 07: below a plain file nothing exists") {
  Store store;
  store.storage.write("f", "1");
  CHECK_FALSE(store.storage.stat("f/x").has_value());
  CHECK_FALSE(store.storage.stat("f/x/y").has_value());
  CHECK(codeOf([&] { store.storage.read("f/x"); }) == ErrorCode::NotFound);
  CHECK(names(store.storage, "f/x").empty());
  CHECK_FALSE(store.storage.remove("f/x"));
  CHECK(codeOf([&] { store.storage.write("f/x", "2"); }) == ErrorCode::NotADirectory);
  CHECK(codeOf([&] { store.storage.append("f/x", "2"); }) == ErrorCode::NotADirectory);
}

TEST_CASE("bug 08: removing what is absent says so, removing a folder is refused") {
  Store store;
  CHECK_FALSE(store.storage.remove("k"));
  CHECK_FALSE(store.storage.remove("d", {true}));
  store.storage.write("d/x", "1");
  CHECK_FALSE(store.storage.remove("k"));
  CHECK(codeOf([&] { store.storage.remove("d"); }) == ErrorCode::IsADirectory);
  CHECK(codeOf([&] { store.storage.remove("", {}, Call()); }) == ErrorCode::IsADirectory);
  CHECK(store.storage.read("d/x") == "1");
  CHECK(store.storage.remove("d", {true}));
  CHECK_FALSE(store.storage.stat("d").has_value());
}

TEST_CASE("bug 09: listings are sorted by bytes and show no temporary") {
  Store store;
  for (const char* key : {"b", "a", "B", "a-", "a/x", "\xc3\xa9", "10", "9"}) {
    if (std::string(key) != "a") store.storage.write(key, "1");
  }
  store.plant(".DS_Store", "");
  store.plant(".tally~7-1", "left behind");
  CHECK(names(store.storage, "") == std::vector<std::string>{".DS_Store", "10", "9", "B", "a/", "a-", "b", "\xc3\xa9"});
}

TEST_CASE("bug 10: a link to a folder is a folder for list, stat and read") {
  Store store;
  store.storage.write("real/x", "1");
  fs::create_directory_symlink("real", store.path("link"));
  CHECK(names(store.storage, "") == std::vector<std::string>{"link/", "real/"});
  CHECK(store.storage.stat("link")->is_directory);
  CHECK(names(store.storage, "link") == std::vector<std::string>{"x"});
  CHECK(store.storage.read("link/x") == "1");
}

TEST_CASE("bug 11: no key leaves the root") {
  for (const bool use_openat2 : {true, false}) {
    CAPTURE(use_openat2);
    Store store(use_openat2);
    store.storage.write("k", "1");
    std::ofstream(store.dir.path() / "secret") << "s";
    for (const std::string key : {"../secret", "a/../../secret", "/etc/passwd", ".", "..", "k/..", "./k"}) {
      CAPTURE(key);
      CHECK(codeOf([&] { store.storage.read(key); }) == ErrorCode::InvalidArgument);
      CHECK(codeOf([&] { store.storage.stat(key); }) == ErrorCode::InvalidArgument);
      CHECK(codeOf([&] { store.storage.write(key, "x"); }) == ErrorCode::InvalidArgument);
      CHECK(codeOf([&] { store.storage.append(key, "x"); }) == ErrorCode::InvalidArgument);
      CHECK(codeOf([&] { store.storage.remove(key, {true}); }) == ErrorCode::InvalidArgument);
      CHECK(codeOf([&] { names(store.storage, key); }) == ErrorCode::InvalidArgument);
    }
    fs::create_symlink("../secret", store.path("file"));
    fs::create_directory_symlink("..", store.path("folder"));
    for (const std::string key : {"file", "folder/secret"}) {
      CAPTURE(key);
      CHECK(codeOf([&] { store.storage.read(key); }) == ErrorCode::OutsideRoot);
      CHECK(codeOf([&] { store.storage.stat(key); }) == ErrorCode::OutsideRoot);
      CHECK(codeOf([&] { store.storage.append(key, "x"); }) == ErrorCode::OutsideRoot);
    }
    CHECK(codeOf([&] { store.storage.write("folder/new", "x"); }) == ErrorCode::OutsideRoot);
    CHECK(fs::file_size(store.dir.path() / "secret") == 1);
    CHECK(std::distance(fs::directory_iterator(store.dir.path()), {}) == 2);
  }
}

TEST_CASE("bug 12: join is the host's and drops nothing") {
  CHECK(IStorage::join({"a", "b"}) == "a/b");
  CHECK(codeOf([] { IStorage::join({"", "a"}); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("bug 14: an append beside a remove brings no old content back") {
  Store store;
  for (int round = 0; round < 10; ++round) {
    store.storage.write("k", std::string(8'000'000, 'o'));
    std::atomic<bool> appending = false;
    std::thread appender([&] {
      appending = true;
      for (int i = 0; i < 10; ++i) store.storage.append("k", "n");
    });
    while (!appending) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(round));
    store.storage.remove("k");
    appender.join();
    const auto left = store.storage.stat("k");
    const std::string seen = left ? store.storage.read("k") : "";
    CHECK(seen == std::string(seen.size(), 'n'));
    CHECK(seen.size() <= 10);
  }
}
