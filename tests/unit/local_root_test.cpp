// The store's folder: made when needed, never left.

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;
using local::LocalStorage;

TEST_CASE("root: a store that was removed, or lies behind a link that leads nowhere, is never an empty one") {
  Store store;
  store.storage.write("d/k", "1");
  fs::remove_all(store.path(""));
  fs::create_directory(store.path(""));  // restored meanwhile, perhaps
  CHECK(codeOf([&] { store.storage.read("d/k"); }) == ErrorCode::Unavailable);
  CHECK(codeOf([&] { store.storage.stat("d/k"); }) == ErrorCode::Unavailable);
  CHECK(codeOf([&] { store.storage.list(""); }) == ErrorCode::Unavailable);
  CHECK(codeOf([&] { store.storage.list("d"); }) == ErrorCode::Unavailable);
  CHECK(codeOf([&] { store.storage.openFollower("d/k", {}, Call()); }) == ErrorCode::Unavailable);

  const TempDir dir;
  fs::create_symlink(dir.path() / "unmounted", dir.path() / "link");
  for (const char* folder : {"link", "link/store"}) {
    LocalStorage behind({dir.path() / folder});
    CHECK(codeOf([&] { behind.list(""); }) == ErrorCode::Unavailable);
    CHECK(messageOf([&] { behind.write("k", "1"); }).find("leads nowhere") != std::string::npos);
  }
}

TEST_CASE("root: a file on which another program holds a lease is busy, not waited for by spinning") {
  Store store;
  store.storage.write("k", "1");
  int ready[2], end[2];
  REQUIRE((::pipe(ready) == 0 && ::pipe(end) == 0));
  const pid_t holder = ::fork();
  if (holder == 0) {
    ::signal(SIGIO, SIG_IGN);
    ::close(end[1]);
    const int fd = ::open(store.path("k").c_str(), O_RDWR | O_CLOEXEC);
    char byte = ::fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? '1' : '0';
    if (::write(ready[1], &byte, 1) == 1) ::read(end[0], &byte, 1) == 1 ? ::_exit(1) : ::_exit(0);
  }
  ::close(end[0]);
  char leased = '0';
  REQUIRE(::read(ready[0], &leased, 1) == 1);
  REQUIRE(leased == '1');
  CHECK(codeOf([&] { store.storage.read("k"); }) == ErrorCode::Unavailable);
  ::close(end[1]);
  ::waitpid(holder, nullptr, 0);
  CHECK(store.storage.read("k") == "1");
  for (const int fd : {ready[0], ready[1]}) ::close(fd);
}

TEST_CASE("root: is made by the first change, with all folders above it, and not before") {
  const TempDir dir;
  const fs::path root = dir.path() / "a/b/store";
  LocalStorage storage({root});
  CHECK_FALSE(storage.stat("k").has_value());
  CHECK(storage.stat("")->is_directory);
  CHECK(names(storage, "").empty());
  CHECK(codeOf([&] { storage.read("k"); }) == ErrorCode::NotFound);
  CHECK_FALSE(storage.remove("k"));
  CHECK_FALSE(fs::exists(dir.path() / "a"));
  storage.write("k", "1");
  CHECK(fs::exists(root / "k"));
}

TEST_CASE("root: without autoCreate its absence is NotFound for everything") {
  const TempDir dir;
  LocalStorage storage({dir.path() / "store", false});
  for (const auto& action : std::vector<std::function<void()>>{
           [&] { storage.write("k", "1"); }, [&] { storage.append("k", "1"); }, [&] { storage.read("k"); },
           [&] { storage.stat("k"); }, [&] { names(storage, ""); }, [&] { storage.remove("k"); }}) {
    CHECK(codeOf(action) == ErrorCode::NotFound);
    CHECK(messageOf(action).find("does not exist and autoCreate is false") != std::string::npos);
  }
  fs::create_directory(dir.path() / "store");
  storage.write("k", "1");
  CHECK(storage.read("k") == "1");
}

TEST_CASE("root: that is a file is NotADirectory and named") {
  const TempDir dir;
  std::ofstream(dir.path() / "store") << "x";
  LocalStorage storage({dir.path() / "store"});
  CHECK(codeOf([&] { storage.write("k", "1"); }) == ErrorCode::NotADirectory);
  CHECK(messageOf([&] { storage.read("k"); }).find((dir.path() / "store").string()) != std::string::npos);
  CHECK(codeOf([] { LocalStorage nowhere({""}); }) == ErrorCode::InvalidConfig);
}

TEST_CASE("root: changes after it was removed are Unavailable, not lost") {
  Store store;
  store.storage.append("log", "1");
  fs::remove_all(store.path(""));
  for (const auto& action : std::vector<std::function<void()>>{
           [&] { store.storage.write("k", "1"); }, [&] { store.storage.append("log", "2"); },
           [&] { store.storage.append("d/log", "2"); }, [&] { store.storage.remove("k"); }}) {
    CHECK(codeOf(action) == ErrorCode::Unavailable);
    CHECK(messageOf(action).find("was removed while it was open") != std::string::npos);
  }
}

TEST_CASE("root: a relative path means the working directory at construction") {
  const TempDir dir;
  const fs::path before = fs::current_path();
  fs::current_path(dir.path());
  LocalStorage storage({"store/"});
  fs::current_path(before);
  storage.write("k", "1");
  CHECK(fs::exists(dir.path() / "store/k"));
}

TEST_CASE("root: one that may not be written serves reads and refuses changes") {
  Store store;
  store.storage.write("d/k", "1");
  openToAll(store);
  fs::remove(store.path(".tally~journal"));
  for (const char* folder : {"", "d"}) {
    fs::permissions(store.path(folder), fs::perms::all & ~(fs::perms::others_write | fs::perms::group_write));
  }
  fs::permissions(store.path("d/k"), fs::perms::owner_all | fs::perms::others_read);
  CHECK(asNobody([&] {
          LocalStorage other({store.path("")});
          require(other.read("d/k") == "1", "the value is read");
          require(names(other, "d").size() == 1, "the folder is listed");
          require(!other.remove("d/absent"), "nothing to remove");
          for (const auto& action : std::vector<std::function<void()>>{
                   [&] { other.write("k", "1"); }, [&] { other.append("d/k", "1"); }, [&] { other.remove("d/k"); }}) {
            require(codeOf(action) == ErrorCode::PermissionDenied, "a change is PermissionDenied");
          }
        }) == "");
}

TEST_CASE("root: a forked child gets Closed, and its own storage works") {
  Store store;
  store.storage.append("log", "1");
  CHECK(inChild([&] { store.storage.append("log", "x"); }).substr(0, 7) == "Closed:");
  CHECK(inChild([&] { store.storage.read("log"); }).substr(0, 7) == "Closed:");
  CHECK(inChild([&] {
          LocalStorage own({store.path(""), true, local::Durability::Process});
          own.append("log", "2");
        }) == "");
  store.storage.append("log", "3");
  CHECK(store.storage.read("log") == "123");
}

TEST_CASE("links: one that leads outside is OutsideRoot for every operation") {
  for (const bool use_openat2 : {true, false}) {
    CAPTURE(use_openat2);
    Store store(use_openat2);
    store.storage.write("d/k", "1");
    fs::create_directory(store.dir.path() / "outside");
    std::ofstream(store.dir.path() / "outside/f") << "secret";
    fs::create_directory_symlink("../outside", store.path("relative"));
    fs::create_directory_symlink(store.dir.path() / "outside", store.path("absolute"));
    fs::create_symlink("../outside/f", store.path("file"));
    for (const std::string key : {"relative/f", "absolute/f", "relative", "file"}) {
      CAPTURE(key);
      CHECK(codeOf([&] { store.storage.read(key); }) == ErrorCode::OutsideRoot);
      CHECK(codeOf([&] { store.storage.stat(key); }) == ErrorCode::OutsideRoot);
      CHECK(codeOf([&] { store.storage.write(key, "x"); }) == ErrorCode::OutsideRoot);
      CHECK(codeOf([&] { store.storage.append(key, "x"); }) == ErrorCode::OutsideRoot);
      CHECK(codeOf([&] { store.storage.remove(key); }) == ErrorCode::OutsideRoot);
      CHECK(codeOf([&] { store.storage.remove(key, {true}); }) == ErrorCode::OutsideRoot);
    }
    CHECK(codeOf([&] { names(store.storage, "relative"); }) == ErrorCode::OutsideRoot);
    const std::string said = messageOf([&] { store.storage.read("file"); });
    CHECK(said.find(use_openat2 ? "move what it leads to into the store" : "openat2") != std::string::npos);
    CHECK(codeOf([&] { store.storage.write("relative/new/k", "x"); }) == ErrorCode::OutsideRoot);
    CHECK(store.storage.remove("", {true}));
    CHECK(names(store.storage, "").empty());
    CHECK(fs::exists(store.dir.path() / "outside/f"));
  }
}

TEST_CASE("links: one that stays inside is read through, never written through") {
  Store store;
  store.storage.write("real/k", "1");
  fs::create_symlink("real/k", store.path("link"));
  fs::create_directory_symlink("real", store.path("folder"));
  fs::create_symlink("nowhere", store.path("dangling"));
  CHECK(store.storage.read("link") == "1");
  CHECK(store.storage.stat("link")->size == 1);
  CHECK_FALSE(store.storage.stat("dangling").has_value());
  CHECK(names(store.storage, "") == std::vector<std::string>{"folder/", "link", "real/"});
  for (const std::string key : {"link", "folder/k", "dangling"}) {
    CAPTURE(key);
    CHECK(codeOf([&] { store.storage.write(key, "2"); }) == ErrorCode::PermissionDenied);
    CHECK(codeOf([&] { store.storage.append(key, "2"); }) == ErrorCode::PermissionDenied);
    CHECK(codeOf([&] { store.storage.remove(key); }) == ErrorCode::PermissionDenied);
  }
  CHECK(store.storage.remove("link", {true}));
  CHECK(store.storage.remove("dangling", {true}));
  CHECK(store.storage.remove("folder", {true}));
  CHECK(names(store.storage, "") == std::vector<std::string>{"real/"});
  CHECK(store.storage.read("real/k") == "1");
}

TEST_CASE("links: on a kernel without openat2 none is followed, and the error says so") {
  Store store(false);
  store.storage.write("real/k", "1");
  CHECK(store.storage.read("real/k") == "1");
  fs::create_directory_symlink("real", store.path("link"));
  CHECK(messageOf([&] { store.storage.read("link/k"); }).find("openat2") != std::string::npos);
}
