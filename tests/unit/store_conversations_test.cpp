#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "tally/tally_store.hpp"

using tally::Capabilities;
using tally::Capability;
using tally::Conversation;
using tally::Document;
using tally::ErrorCode;
using tally::Json;
using tally::TallyStore;
using tally::test::codeOf;
using tally::test::dataFile;
using tally::test::FakeStorage;
using tally::test::line;
using tally::test::messageOf;
using tally::test::step;
using Calls = std::vector<std::string>;

namespace {

struct Fixture {
  explicit Fixture(Capabilities capabilities = FakeStorage::kAll)
      : storage(std::make_shared<FakeStorage>(capabilities)), store(storage) {}
  Calls takeCalls() { return std::exchange(storage->calls, {}); }

  std::shared_ptr<FakeStorage> storage;
  TallyStore store;
};

std::vector<std::string> idsOf(const std::vector<tally::ConversationRef>& refs) {
  std::vector<std::string> ids;
  for (const auto& ref : refs) ids.push_back(ref.id());
  return ids;
}

const Capabilities kNone{};

}  // namespace

TEST_CASE("store: a conversation goes round: create, save, load, list, remove") {
  Fixture fixture;
  auto ref = fixture.store.createConversation("c");
  CHECK(ref.path() == "conversations/c");
  CHECK(fixture.takeCalls() == Calls{"write conversations/c/meta.json"});
  CHECK(ref.meta()->json()["id"] == "c");
  CHECK(ref.meta()->findings().empty());
  auto conversation = ref.load();
  CHECK(conversation.steps().empty());
  conversation.add(step(0));
  fixture.takeCalls();
  ref.save(conversation);
  CHECK(fixture.takeCalls() == Calls{"stat conversations/c", "write conversations/c/conversation.jsonl"});
  ref.save(conversation);
  CHECK(fixture.takeCalls() == Calls{"write conversations/c/conversation.jsonl"});
  CHECK(ref.load().serialize() == line("c", 0));
  CHECK(fixture.takeCalls() == Calls{"read conversations/c/conversation.jsonl"});
  CHECK(idsOf(fixture.store.listConversations()) == std::vector<std::string>{"c"});
  CHECK(fixture.takeCalls() == Calls{"list conversations"});
  CHECK(fixture.store.removeConversation("c"));
  CHECK_FALSE(fixture.store.removeConversation("c"));
  CHECK(fixture.takeCalls().size() == 2);
  CHECK_FALSE(fixture.store.getConversation("c").has_value());
  CHECK(fixture.takeCalls() == Calls{"stat conversations/c"});
  CHECK(codeOf([&] { ref.load(); }) == ErrorCode::NotFound);
}

TEST_CASE("store: loading and saving an untouched conversation writes the same bytes") {
  Fixture fixture;
  const std::string file = dataFile("conversation.jsonl");
  fixture.storage->write("conversations/clock-golden/conversation.jsonl", file);
  const auto ref = fixture.store.getConversation("clock-golden").value();
  auto conversation = ref.load();
  CHECK(conversation.stored());
  ref.save(conversation);
  CHECK(fixture.storage->read("conversations/clock-golden/conversation.jsonl") == file);
}

TEST_CASE("store: a stale save is a Conflict and changes nothing; the winner may save again") {
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  auto mine = ref.load(), theirs = ref.load();
  mine.add(step(0));
  theirs.add(step(5));
  ref.save(theirs);
  CHECK(codeOf([&] { ref.save(mine); }) == ErrorCode::AlreadyExists);
  auto loaded = ref.load();
  theirs.add(step(6));
  ref.save(theirs);
  CHECK(codeOf([&] { ref.save(loaded); }) == ErrorCode::Conflict);
  CHECK(ref.load().steps().size() == 2);
  ref.overwrite(mine);
  CHECK(ref.load().steps().size() == 1);
  mine.add(step(1));
  ref.save(mine);
  CHECK(ref.load().steps().size() == 2);
}

TEST_CASE("store: on a backend without conditions, fresh things are still never written over others") {
  Fixture fixture(kNone);
  const auto ref = fixture.store.createConversation("c");
  CHECK(codeOf([&] { fixture.store.createConversation("c"); }) == ErrorCode::AlreadyExists);
  auto conversation = ref.load();
  conversation.add(step(0));
  ref.save(conversation);
  conversation.add(step(1));
  ref.save(conversation);
  auto loaded = ref.load();
  CHECK(loaded.steps().size() == 2);
  CHECK(loaded.version().empty());
  ref.save(loaded);
  Conversation fresh("c");
  CHECK(codeOf([&] { ref.save(fresh); }) == ErrorCode::AlreadyExists);
}

TEST_CASE("store: saveConversation creates what is missing and keeps what is there") {
  Fixture fixture;
  Conversation conversation("c");
  conversation.add(step(0));
  fixture.store.saveConversation(conversation);
  CHECK(fixture.takeCalls() == Calls{"write conversations/c/meta.json", "write conversations/c/conversation.jsonl"});
  auto meta = fixture.store.getConversation("c")->meta().value();
  conversation.add(step(1));
  fixture.takeCalls();
  fixture.store.saveConversation(conversation);
  CHECK(fixture.takeCalls() == Calls{"write conversations/c/conversation.jsonl"});
  CHECK(fixture.store.getConversation("c")->meta()->text() == meta.text());
  Conversation second("c");
  CHECK(codeOf([&] { fixture.store.saveConversation(second); }) == ErrorCode::AlreadyExists);
  Conversation bad("../c");
  CHECK(codeOf([&] { fixture.store.saveConversation(bad); }) == ErrorCode::InvalidId);
}

TEST_CASE("store: listing comes in pages that are full although folders are left out") {
  Fixture fixture;
  for (const std::string id : {"a", ".git", ".hidden", "b", "c", "d"}) {
    fixture.storage->write("conversations/" + id + "/meta.json", "{}");
  }
  fixture.storage->write("conversations/aa", "a file");
  const std::vector<std::string> all = {"a", "b", "c", "d"};
  CHECK(idsOf(fixture.store.listConversations()) == all);
  for (const std::uint64_t limit : {1, 2, 3, 4, 5}) {
    CAPTURE(limit);
    std::vector<std::string> found;
    for (std::vector<std::string> page;; found.insert(found.end(), page.begin(), page.end())) {
      page = idsOf(fixture.store.listConversations({found.empty() ? "" : found.back(), limit}));
      CHECK(page.size() <= limit);
      if (found.size() + limit <= all.size()) CHECK(page.size() == limit);
      if (page.empty()) break;
    }
    CHECK(found == all);
  }
  CHECK(Fixture().store.listConversations().empty());
}

TEST_CASE("store: trajectory records are checked, saved once and read back") {
  Fixture fixture;
  fixture.store.createConversation("c");
  auto meta = Document::parse(dataFile("trajectory.meta.json"));
  auto traces = Document::parse(dataFile("stepTraces.json"));
  CHECK_FALSE(fixture.store.loadTrajectoryMeta("c").has_value());
  CHECK_FALSE(fixture.store.loadTrajectoryStepTraces("c").has_value());
  fixture.takeCalls();
  fixture.store.saveTrajectoryMeta("c", meta);
  fixture.store.saveTrajectoryStepTraces("c", traces);
  CHECK(fixture.takeCalls() == Calls{"stat conversations/c", "write conversations/c/trajectory.meta.json",
                                     "stat conversations/c", "write conversations/c/stepTraces.json"});
  CHECK(fixture.store.loadTrajectoryMeta("c")->serialize() == meta.serialize());
  CHECK(fixture.store.loadTrajectoryStepTraces("c")->serialize() == traces.serialize());
  CHECK(fixture.takeCalls() ==
        Calls{"read conversations/c/trajectory.meta.json", "read conversations/c/stepTraces.json"});
  meta.setMember("maxTurns", "7");
  fixture.store.saveTrajectoryMeta("c", meta);
  auto fresh = Document::parse(meta.text());
  CHECK(codeOf([&] { fixture.store.saveTrajectoryMeta("c", fresh); }) == ErrorCode::AlreadyExists);
  CHECK(codeOf([&] { fixture.store.loadTrajectoryMeta("a/b"); }) == ErrorCode::InvalidId);
}

TEST_CASE("store: every failure of the backend reaches the caller as it is, whichever call it hits") {
  for (const auto code : {ErrorCode::Unavailable, ErrorCode::PermissionDenied, ErrorCode::OutcomeUnknown}) {
    const std::function<void(Fixture&)> actions[] = {
        [](Fixture& f) { f.store.listConversations(); },
        [](Fixture& f) { f.store.getConversation("c"); },
        [](Fixture& f) { f.store.createConversation("new"); },
        [](Fixture& f) { f.store.removeConversation("c"); },
        [](Fixture& f) { f.store.loadTrajectoryMeta("c"); },
        [](Fixture& f) { f.store.getConversation("c")->load(); },
        [](Fixture& f) { f.store.getConversation("c")->meta(); },
        [](Fixture& f) { f.store.getConversation("c")->listRuns(); },
        [](Fixture& f) { f.store.getConversation("c")->getRun("r"); },
        [](Fixture& f) { f.store.getConversation("c")->append(step(1)); },
        [](Fixture& f) {
          Conversation conversation("new");
          f.store.saveConversation(conversation);
        },
    };
    for (const auto& action : actions) {
      Fixture counter;
      counter.storage->write("conversations/c/conversation.jsonl", line("c", 0));
      counter.storage->write("conversations/c/meta.json", dataFile("meta.json"));
      counter.takeCalls();
      action(counter);
      for (std::size_t n = 1; n <= counter.storage->calls.size(); ++n) {
        Fixture fixture;
        fixture.storage->write("conversations/c/conversation.jsonl", line("c", 0));
        fixture.storage->write("conversations/c/meta.json", dataFile("meta.json"));
        fixture.storage->failCall(n, code);
        CHECK(codeOf([&] { action(fixture); }) == code);
      }
    }
  }
}
