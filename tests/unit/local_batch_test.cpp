// Many objects in one go, and what an operator is told of the folder.

#include <sys/resource.h>

#include <algorithm>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;
using local::LocalStorage;

namespace {

struct Results final : BatchSink {
  std::vector<std::string> all;  // "content", "ok", or the name of an error's code; "" for what was not told
  std::vector<StorageStat> stats;

  explicit Results(std::size_t count) : all(count), stats(count) {}
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    all.at(index) += content.empty() ? "ok" : std::string(content);
    stats.at(index) = stat;
  }
  void fail(std::size_t index, const Error& error) override { all.at(index) += nameOf(error.code()); }
};

using Texts = std::vector<std::string>;

struct Said final : HealthSink {
  std::vector<std::string> all;
  void take(HealthLevel level, std::string_view subject, std::string_view text) override {
    const char* const levels[] = {"", "good", "warning", "fault"};
    all.push_back(std::string(levels[static_cast<int>(level)]) + " " + std::string(subject) + ": " + std::string(text));
  }
  bool has(std::string_view part) const {
    return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.find(part) != one.npos; });
  }
};

Said healthOf(LocalStorage& storage) {
  Said said;
  storage.extension<Health>()->checkHealth(said, Call());
  return said;
}

}  // namespace

TEST_CASE("batch: each item has its own result") {
  for (const auto durability : {local::Durability::Process, local::Durability::Full}) {
    const TempDir dir;
    LocalStorage storage({dir.path() / "store", true, durability});
    storage.write("a/0", "");
    Batch& batch = *storage.extension<Batch>();
    const Batch::Keys keys = {"a/1", "a/2", "b/1", "a", ".tally~x", "a/0/x", "../x", "c"};
    const std::vector<std::string_view> contents = {"one", "two", "three", "4", "5", "6", "7", ""};

    Results written(keys.size());
    batch.writeMany(keys, contents, {}, written, Call());
    CHECK(written.all ==
          Texts{"ok", "ok", "ok", "IsADirectory", "InvalidArgument", "NotADirectory", "InvalidArgument", "ok"});
    CHECK(written.stats[1].version == storage.stat("a/2")->version);

    Results read(keys.size());
    batch.readMany(keys, read, Call());
    CHECK(read.all ==
          Texts{"one", "two", "three", "IsADirectory", "InvalidArgument", "NotFound", "InvalidArgument", "ok"});
    CHECK(read.stats[2].size == 5);

    Results described(2);
    batch.statMany({"a", "nothing"}, described, Call());
    CHECK(described.all == Texts{"ok", "NotFound"});
    CHECK(described.stats[0].is_directory);

    Results removed(4);
    batch.removeMany({"a/1", "a", "a/2", "nothing/at/all"}, {}, removed, Call());
    CHECK(removed.all == Texts{"ok", "IsADirectory", "ok", "NotFound"});
    CHECK(names(storage, "a") == Texts{"0"});
    CHECK(names(storage, "") == Texts{"a/", "b/", "c"});
  }
}

TEST_CASE("batch: conditions hold for each item, what can't be honoured stops all") {
  Store store;
  store.storage.write("b", "old");
  Batch& batch = *store.storage.extension<Batch>();
  WriteOptions options;
  options.if_absent = true;
  Results written(2);
  batch.writeMany({"a", "b"}, {"1", "2"}, options, written, Call());
  CHECK(written.all == Texts{"ok", "AlreadyExists"});
  CHECK(store.raw("b") == "old");
  options.time_to_live = std::chrono::seconds(1);
  CHECK(codeOf([&] { batch.writeMany({"c"}, {"1"}, options, written, Call()); }) == ErrorCode::Unsupported);
  CHECK(codeOf([&] { batch.readMany({"a"}, written, Call::within(std::chrono::nanoseconds(0))); }) ==
        ErrorCode::Timeout);
  CHECK(names(store.storage, "") == Texts{"a", "b"});
}

TEST_CASE("batch: removing from a store that is not there yet creates nothing") {
  Store store;
  Results removed(1);
  store.storage.removeMany({"k"}, {}, removed, Call());
  CHECK(removed.all == Texts{"NotFound"});
  CHECK_FALSE(fs::exists(store.path("")));
}

TEST_CASE("batch: dozens of files in as many folders, written by several threads") {
  const TempDir dir;
  LocalStorage storage({dir.path() / "store"});
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) names.push_back("conversations/c" + std::to_string(i) + "/meta.json");
  const Batch::Keys keys(names.begin(), names.end());
  const std::vector<std::string_view> contents(names.begin(), names.end());
  Results written(keys.size());
  storage.writeMany(keys, contents, {}, written, Call());
  CHECK(written.all == Texts(keys.size(), "ok"));
  Results read(keys.size());
  storage.readMany(keys, read, Call());
  CHECK(read.all == names);
}

TEST_CASE("batch: one thread is enough where the system gives no more") {
  CHECK(asNobody([] {
          const TempDir dir;
          LocalStorage storage({dir.path() / "store"});
          const rlimit none = {0, 0};
          require(::setrlimit(RLIMIT_NPROC, &none) == 0, "no more threads");
          Results written(6);
          storage.writeMany({"a", "b", "c", "d", "e", "f"}, {"1", "2", "3", "4", "5", "6"}, {}, written, Call());
          require(written.all == Texts(6, "ok"), "all is written");
        }) == "");
}

TEST_CASE("health: a store in order, and one that is not there yet") {
  const TempDir dir;
  LocalStorage storage({dir.path() / "store"});
  CHECK(healthOf(storage).has("good folder: '" + (dir.path() / "store").string() + "' is not there yet"));
  CHECK_FALSE(fs::exists(dir.path() / "store"));
  storage.write("d/k", "1");
  const Said said = healthOf(storage);
  CHECK(said.has("good rights: This user can read and change '"));
  CHECK(said.has("file system: "));
  CHECK(said.has(" space: "));
  CHECK(said.has("good durability: full"));
  CHECK(said.has("good leftovers: None among 3 names."));
}

TEST_CASE("health: what can lose data is a warning, what can't work a fault") {
  Store store;
  store.storage.write("d/k", "1");
  CHECK(healthOf(store.storage).has("warning durability: process"));
  fs::permissions(store.path(""), fs::perms::all);
  CHECK(healthOf(store.storage).has("warning rights: Every user of this machine can change '"));
  fs::permissions(store.path(""), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  fs::permissions(store.dir.path(), fs::perms::all);
  CHECK(asNobody([&] {
          LocalStorage storage({store.path(""), true, local::Durability::Process});
          require(healthOf(storage).has("fault rights: this user can't change the folder '"), "it is a fault");
        }) == "");
}

TEST_CASE("health: temporary files of killed programs are told once they are old") {
  Store store;
  store.plant("d/e/.tally~1-7", "half");
  store.storage.write("d/k", "1");
  CHECK(healthOf(store.storage).has("good leftovers: None among 5 names"));
  fs::last_write_time(store.path("d/e/.tally~1-7"), fs::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(healthOf(store.storage)
            .has("warning leftovers: 1 temporary file(s) of killed programs among 5 names, the first "
                 "is 'd/e/.tally~1-7'"));
}
