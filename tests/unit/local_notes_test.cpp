// What notes of dead processes do not touch, and journals that come from elsewhere.

#include <array>
#include <atomic>
#include <thread>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;
using local::Durability;
using local::Journal;
using local::kNoFile;
using local::LocalStorage;
using local::Root;

namespace {

enum class Moment { BeforeTheFile, BeforeTheBytes, InTheBytes };

// A process that dies in the append that makes `key`.
void dieMaking(const Store& store, const std::string& key, Moment moment) {
  CHECK(inChild([&] {
          Root root({store.path(""), true, Durability::Process});
          root.create();
          Journal journal(root);
          Journal::Lock lock(journal, key, Call());
          lock.beginCreate();
          if (moment == Moment::BeforeTheFile) ::kill(::getpid(), SIGKILL);
          std::ofstream file(store.path(key));
          if (moment == Moment::BeforeTheBytes) ::kill(::getpid(), SIGKILL);
          const int fd = ::open(store.path(key).c_str(), O_RDONLY | O_CLOEXEC);
          lock.beginAppend(local::identityOf(fd), kNoFile, 10);
          file << "half" << std::flush;
          ::kill(::getpid(), SIGKILL);
        }) == "killed");
}

// Bytes of the journal's file, behind the back of who uses it.
class JournalBytes {
 public:
  explicit JournalBytes(const Store& store) : path_(store.path(std::string(local::kJournalName))) {}
  std::string take() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(std::size_t at, std::string_view bytes) const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("journal: a killed append that made its object leaves none") {
  for (const Moment moment : {Moment::BeforeTheFile, Moment::BeforeTheBytes, Moment::InTheBytes}) {
    Store store;
    dieMaking(store, "log", moment);
    CHECK_FALSE(store.storage.stat("log").has_value());
    CHECK(codeOf([&] { store.storage.read("log"); }) == ErrorCode::NotFound);
    CHECK(names(store.storage, "").empty());
    LocalStorage fresh_one({store.path("")});
    CHECK(names(fresh_one, "").empty());
    const auto follower = store.storage.extension<Follow>()->openFollower("log", {}, Call());
    std::string followed;
    StringSink sink(followed);
    CHECK(follower->next(sink, 0, Call::within(std::chrono::milliseconds(20))) == FollowEvent::Nothing);
    WriteOptions fresh;
    fresh.if_absent = true;
    store.storage.write("log", "first", fresh);
    CHECK(store.storage.read("log") == "first");
    CHECK(names(store.storage, "") == std::vector<std::string>{"log"});
    CHECK(follower->next(sink, 0, Call::within(std::chrono::seconds(5))) == FollowEvent::Data);
    CHECK(followed == "first");
    dieMaking(store, "other", moment);
    CHECK(store.storage.append("other", "whole") == 5);
    CHECK(store.storage.read("other") == "whole");
  }
}

TEST_CASE("journal: an append that makes its object is seen whole or not at all") {
  Store store;
  const std::string content(64 << 10, 'x');
  std::atomic<int> round = 0, torn = 0;
  constexpr int kRounds = 300;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      for (int now; (now = round) < kRounds;) {
        const auto seen = store.storage.stat("k" + std::to_string(now));
        torn += seen && seen->size != content.size();
      }
    });
  }
  for (; round < kRounds; ++round) store.storage.append("k" + std::to_string(round), content);
  for (auto& reader : readers) reader.join();
  CHECK(torn == 0);
}

TEST_CASE("journal: the note of a creation and that of its append are told apart by those who look") {
  Store store;
  store.storage.write("other", "1");
  Root root({store.path(""), true, Durability::Process});
  root.create();
  Journal journal(root);
  const local::Slot& slot = journal.slot("log");
  Journal::Lock lock(journal, "log", Call());
  lock.beginCreate();
  const std::uint64_t created = slot.sequence, made = slot.made;
  store.plant("log", "");
  const int fd = ::open(store.path("log").c_str(), O_RDONLY | O_CLOEXEC);
  lock.beginAppend(local::identityOf(fd), kNoFile, 10);
  ::close(fd);
  CHECK(slot.sequence != created);
  CHECK(slot.sequence % 2 == 1);
  CHECK(slot.made == made);
  CHECK_FALSE(store.storage.stat("log").has_value());
  store.plant("log", "half");
  CHECK_FALSE(store.storage.stat("log").has_value());
  store.plant("log", "0123456789");
  lock.finish();
  CHECK(store.storage.read("log") == "0123456789");
}

TEST_CASE("journal: what other programs add behind a torn append is neither hidden nor cut off") {
  Store store;
  store.storage.append("log", "whole\n");
  dieAppending(store, "log", 6, "torn");
  std::ofstream(store.path("log"), std::ios::app) << "\nwritten by hand\n";
  CHECK(store.storage.read("log") == "whole\ntorn\nwritten by hand\n");
  store.storage.append("log", "next\n");
  CHECK(store.storage.read("log") == "whole\ntorn\nwritten by hand\nnext\n");
}

TEST_CASE("journal: a file that was removed and made again is whole, whatever inode it got") {
  Store store;
  store.storage.append("log", "whole\n");
  dieAppending(store, "log", 6, "torn");
  fs::remove(store.path("log"));
  store.plant("log", "restored");
  CHECK(store.storage.read("log") == "restored");
  store.storage.append("log", "!");
  CHECK(store.storage.read("log") == "restored!");
}

TEST_CASE("journal: locks that a snapshot has copied as held are free") {
  Store store;
  const JournalBytes journal(store);
  store.storage.append("log", "whole\n");
  std::string snapshot;
  CHECK(inChild([&] {  // so that nobody uses the journal in the end
          Root root({store.path("")});
          require(root.find(), "the store is there");
          Journal mine(root);
          const Journal::Lock held(mine, "log", Call());
          const std::string bytes = journal.take();
          std::ofstream(store.dir.path() / "snapshot", std::ios::binary) << bytes;
        }) == "");
  Store fresh;
  CHECK(inChild([&] { LocalStorage({fresh.path(""), true, Durability::Process}).append("log", "whole\n"); }) == "");
  std::ifstream in(store.dir.path() / "snapshot", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  JournalBytes(fresh).put(offsetof(local::JournalImage, slots),
                          std::string_view(bytes).substr(offsetof(local::JournalImage, slots)));
  fresh.storage.append("log", "next\n", {}, Call::within(std::chrono::seconds(5)));
  CHECK(fresh.storage.read("log") == "whole\nnext\n");
}

TEST_CASE("journal: programs in another container do not change a store that is in use, and may when it is not") {
  Store store;
  const JournalBytes journal(store);
  const std::uint64_t elsewhere = 1;
  const std::string_view bytes(reinterpret_cast<const char*>(&elsewhere), sizeof elsewhere);
  {
    LocalStorage first({store.path(""), true, Durability::Process});
    first.append("log", "1");
    journal.put(offsetof(local::JournalHeader, pid_namespace), bytes);
    CHECK(codeOf([&] { store.storage.append("log", "2"); }) == ErrorCode::Unavailable);
    CHECK(messageOf([&] { store.storage.append("log", "2"); }).find("another container") != std::string::npos);
    CHECK(store.storage.read("log") == "1");
  }
  store.storage.append("log", "2");
  CHECK(store.storage.read("log") == "12");
}

TEST_CASE("journal: a reader to whom the machine was started another time sees no half append") {
  Store store;
  const JournalBytes journal(store);
  store.plant("log", "whole\n");
  {
    LocalStorage first({store.path(""), true, Durability::Process});
    first.append("k", "1");
    journal.put(offsetof(local::JournalHeader, boot_id), "another");
    CHECK(codeOf([&] { store.storage.read("log"); }) == ErrorCode::Unavailable);
  }
  CHECK(store.storage.read("log") == "whole\n");
}
