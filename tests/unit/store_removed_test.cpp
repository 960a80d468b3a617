// Late writers: what was removed does not come back by a save, only by createConversation and saveConversation.

#include <functional>
#include <memory>
#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "tally/tally_store.hpp"

using namespace tally;
using namespace tally::test;
using Calls = std::vector<std::string>;

namespace {

struct Fixture {
  explicit Fixture(Capabilities capabilities = FakeStorage::kAll)
      : storage(std::make_shared<FakeStorage>(capabilities)), store(storage), ref(store.createConversation("c")) {}
  std::shared_ptr<FakeStorage> storage;
  TallyStore store;
  ConversationRef ref;
};

Conversation conversationOf(const std::string& id) {
  Conversation conversation(id);
  conversation.add(step(0));
  return conversation;
}

/// Does all that needs the conversation, and returns what is still to be done when it is gone.
using Late = std::function<std::function<void()>(Fixture&)>;

std::function<void()> lateFreshRun(Fixture& f) {
  return [run = f.ref.createRun()] {
    auto report = tallyRun();
    run.save(report);
  };
}
std::function<void()> lateRunOverwrite(Fixture& f) {
  return [run = f.ref.createRun()] {
    auto report = tallyRun();
    run.overwrite(report);
  };
}
std::function<void()> lateLoadedRun(Fixture& f) {
  const auto run = f.ref.createRun();
  auto report = tallyRun();
  run.save(report);
  return [run, report]() mutable { run.save(report); };
}
std::function<void()> lateTrajectoryMeta(Fixture& f) {
  return [&f] {
    auto meta = Document::parse(dataFile("trajectory.meta.json"));
    f.store.saveTrajectoryMeta("c", meta);
  };
}
std::function<void()> lateStepTraces(Fixture& f) {
  return [&f] {
    auto traces = Document::parse(dataFile("stepTraces.json"));
    f.store.saveTrajectoryStepTraces("c", traces);
  };
}
std::function<void()> lateOverwrite(Fixture& f) {
  return [&f, conversation = conversationOf("c")]() mutable { f.ref.overwrite(conversation); };
}
std::function<void()> lateLoadedEmpty(Fixture& f) {
  auto conversation = f.ref.load();
  conversation.add(step(0));
  return [&f, conversation]() mutable { f.ref.save(conversation); };
}
std::function<void()> lateLoaded(Fixture& f) {
  auto conversation = conversationOf("c");
  f.ref.save(conversation);
  return [&f, conversation]() mutable { f.ref.save(conversation); };
}

const Late kAll[] = {lateFreshRun,   lateRunOverwrite, lateLoadedRun,   lateTrajectoryMeta,
                     lateStepTraces, lateOverwrite,    lateLoadedEmpty, lateLoaded};

}  // namespace

TEST_CASE("store: no late save brings a removed conversation back, whatever the backend can do") {
  for (const auto& capabilities : {FakeStorage::kAll, Capabilities()}) {
    for (std::size_t i = 0; i < std::size(kAll); ++i) {
      CAPTURE(i);
      Fixture fixture(capabilities);
      const auto save = kAll[i](fixture);
      fixture.store.removeConversation("c");
      const auto code = codeOf(save);
      CHECK((code == ErrorCode::NotFound || code == ErrorCode::Conflict));
      CHECK(fixture.store.listConversations().empty());
      CHECK_FALSE(fixture.store.getConversation("c").has_value());
    }
  }
}

TEST_CASE("store: what is to be created costs one stat of the conversation, what has a version none") {
  Fixture fixture;
  fixture.storage->calls.clear();
  const auto run = fixture.ref.createRun();
  auto report = tallyRun();
  run.save(report);
  CHECK(fixture.storage->calls == Calls{"stat conversations/c", "write " + run.path()});
  fixture.storage->calls.clear();
  run.save(report);
  CHECK(fixture.storage->calls == Calls{"write " + run.path()});
  fixture.storage->calls.clear();
  run.overwrite(report);
  CHECK(fixture.storage->calls == Calls{"stat conversations/c", "write " + run.path()});
}

TEST_CASE("store: a conversation without meta.json exists, and createConversation adds what is missing") {
  Fixture fixture;
  fixture.storage->write("conversations/d/conversation.jsonl", line("d", 0));
  auto ref = fixture.store.createConversation("d");
  CHECK(ref.meta().has_value());
  CHECK(ref.load().steps().size() == 1);
  CHECK(codeOf([&] { fixture.store.createConversation("d"); }) == ErrorCode::AlreadyExists);
}

TEST_CASE("store: saveConversation makes a removed conversation anew, and says when its steps could not be written") {
  Fixture fixture;
  fixture.store.removeConversation("c");
  auto conversation = conversationOf("c");
  fixture.storage->failCall(2, ErrorCode::Unavailable);
  CHECK(codeOf([&] { fixture.store.saveConversation(conversation); }) == ErrorCode::Unavailable);
  CHECK(fixture.ref.load().steps().empty());  // meta.json stays
  CHECK_FALSE(conversation.stored());
  fixture.store.saveConversation(conversation);
  CHECK(fixture.ref.load().steps().size() == 1);
}
