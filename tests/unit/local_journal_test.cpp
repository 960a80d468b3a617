// Locks among processes, and what is left when one of them is killed.

#include <sys/mman.h>

#include <thread>

#include "local/journal/journal.hpp"
#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;
using local::Durability;
using local::Journal;
using local::LocalStorage;
using local::Root;

namespace {

void dieReplacing(const Store& store, const std::string& key) {
  CHECK(inChild([&] {
          Root root({store.path(""), true, Durability::Process});
          root.create();
          Journal journal(root);
          Journal::Lock lock(journal, key, Call());
          lock.beginReplace();
          std::ofstream(store.path(key).parent_path() / lock.temporaryName()) << "half";
          ::kill(::getpid(), SIGKILL);
        }) == "killed");
}

std::size_t temporaries(const Store& store) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(store.path(""))) {
    const std::string name = entry.path().filename().string();
    count += name.rfind(".tally~", 0) == 0 && name != local::kJournalName;
  }
  return count;
}

}  // namespace

TEST_CASE("journal: reads do not make it, the first change does") {
  Store store;
  fs::create_directory(store.path(""));
  store.storage.stat("k");
  names(store.storage, "");
  CHECK_FALSE(fs::exists(store.path(".tally~journal")));
  store.storage.write("k", "1");
  CHECK(fs::file_size(store.path(".tally~journal")) >= sizeof(local::JournalImage));
  CHECK(names(store.storage, "") == std::vector<std::string>{"k"});
}

TEST_CASE("journal: a torn append is never seen, not even before it is undone") {
  Store store;
  store.storage.append("log", "whole\n");
  dieAppending(store, "log", 6, "torn");
  CHECK(store.raw("log") == "whole\ntorn");

  LocalStorage reader({store.path("")});
  CHECK(reader.read("log") == "whole\n");
  CHECK(reader.stat("log")->size == 6);
  CHECK(reader.read("log", ByteRange{6}) == "");
  CHECK(codeOf([&] { reader.read("log", ByteRange{7}); }) == ErrorCode::RangeNotSatisfied);
  fs::create_symlink("log", store.path("link"));
  CHECK(reader.read("link") == "whole\n");
  CHECK(store.raw("log") == "whole\ntorn");
}

TEST_CASE("journal: the next append to the key undoes a torn one") {
  Store store;
  store.storage.append("log", "whole\n");
  dieAppending(store, "log", 6, "torn");
  CHECK(store.storage.append("log", "next\n") == 11);
  CHECK(store.raw("log") == "whole\nnext\n");
}

TEST_CASE("journal: a process that begins to write undoes what dead ones left, under any key") {
  Store store;
  store.storage.append("log", "whole\n");
  dieAppending(store, "log", 6, "torn");
  store.storage.write("d/x", "1");
  dieReplacing(store, "d/k");
  CHECK(temporaries(store) == 1);
  CHECK(names(store.storage, "d") == std::vector<std::string>{"x"});

  LocalStorage other({store.path("")});
  other.write("unrelated", "1");
  CHECK(store.raw("log") == "whole\n");
  CHECK(temporaries(store) == 0);
}

TEST_CASE("journal: a file that was replaced since is not cut") {
  Store store;
  store.storage.append("log", "whole\n");
  dieAppending(store, "log", 6, "torn");
  std::ofstream(store.path("fresh")) << "from an editor";
  fs::rename(store.path("fresh"), store.path("log"));
  CHECK(store.storage.read("log") == "from an editor");
  store.storage.append("log", "!");
  CHECK(store.raw("log") == "from an editor!");
}

TEST_CASE("journal: what a dead process left is forgotten with its folder") {
  Store store;
  store.storage.write("d/x", "1");
  dieReplacing(store, "d/k");
  fs::remove_all(store.path("d"));
  store.storage.write("d/k", "2");
  CHECK(store.storage.read("d/k") == "2");
}

TEST_CASE("journal: a copied store begins with a journal of its own") {
  Store store;
  store.storage.append("log", "whole\n");
  dieAppending(store, "log", 6, "torn");
  const fs::path copy = store.dir.path() / "copy";
  fs::copy(store.path(""), copy, fs::copy_options::recursive);
  std::ofstream(copy / "log", std::ios::app) << " written by hand";
  LocalStorage copied({copy});
  copied.append("log", "!");
  CHECK(copied.read("log") == "whole\ntorn written by hand!");
}

TEST_CASE("journal: after a reboot nothing is undone") {
  Store store;
  const auto forgeBoot = [&] {
    std::fstream file(store.path(".tally~journal"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(offsetof(local::JournalHeader, boot_id));
    file << "another";
  };
  CHECK(inChild([&] {
          LocalStorage first({store.path(""), true, Durability::Process});
          first.append("log", "whole\n");
        }) == "");
  dieAppending(store, "log", 6, "kept");
  forgeBoot();
  CHECK(store.storage.read("log") == "whole\nkept");
  store.storage.append("log", "!");
  CHECK(store.storage.read("log") == "whole\nkept!");
}

TEST_CASE("journal: one of another format is not taken over while it is used") {
  Store store;
  store.storage.write("k", "1");
  std::fstream file(store.path(".tally~journal"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offsetof(local::JournalHeader, version));
  file.put(99).flush();
  LocalStorage other({store.path("")});
  CHECK(codeOf([&] { other.write("k", "2"); }) == ErrorCode::Unavailable);
  CHECK(other.read("k") == "1");
}

TEST_CASE("journal: who waits for a key obeys deadline and cancellation") {
  Store store;
  store.storage.write("k", "1");
  Root root({store.path("")});
  REQUIRE(root.find());
  Journal journal(root);
  const Journal::Lock held(journal, "k", Call());
  CHECK(codeOf([&] { store.storage.write("k", "2", {}, Call::within(std::chrono::milliseconds(5))); }) ==
        ErrorCode::Timeout);
  std::uint32_t cancelled = 0;
  Call call;
  call.cancel = CancelToken(&cancelled, -1);
  std::thread canceller([&] { __atomic_store_n(&cancelled, 1, __ATOMIC_RELEASE); });
  CHECK(codeOf([&] { store.storage.append("k", "2", {}, call); }) == ErrorCode::Cancelled);
  canceller.join();
  CHECK(store.storage.read("k") == "1");
}

TEST_CASE("journal: two storages of one folder keep each other's appends whole") {
  Store store;
  LocalStorage other({store.path(""), true, Durability::Process});
  const auto work = [](IStorage& storage, char letter) {
    for (int i = 0; i < 300; ++i) storage.append("log", std::string(1000, letter) + "\n");
  };
  std::thread first(work, std::ref(store.storage), 'a'), second(work, std::ref(other), 'b');
  first.join();
  second.join();
  const std::string seen = store.storage.read("log");
  REQUIRE(seen.size() == 600 * 1001);
  for (std::size_t at = 0; at < seen.size(); at += 1001) {
    CHECK(seen.substr(at, 1001) == std::string(1000, seen[at]) + "\n");
  }
}

TEST_CASE("journal: names of its own are no keys and stay when everything is removed") {
  Store store;
  store.storage.write("k", "1");
  for (const std::string key : {".tally~journal", ".tally~x", "d/.tally~0-1", ".tally~d/k"}) {
    CAPTURE(key);
    CHECK(codeOf([&] { store.storage.write(key, "x"); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { store.storage.read(key); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { store.storage.remove(key); }) == ErrorCode::InvalidArgument);
    CHECK(names(store.storage, key).empty());
  }
  store.storage.write("x.tally~y", "fine");
  CHECK(store.storage.remove("", {true}));
  CHECK(fs::exists(store.path(".tally~journal")));
  store.storage.write("k", "2");
  CHECK(store.storage.read("k") == "2");
}
