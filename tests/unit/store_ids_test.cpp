// Ids: how long they may be, and folders whose lines name another conversation.

#include <memory>
#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "tally/tally_store.hpp"

using namespace tally;
using namespace tally::test;

namespace {

struct Fixture {
  std::shared_ptr<FakeStorage> storage = std::make_shared<FakeStorage>();
  TallyStore store{storage};
};

const Capabilities kNone{};

}  // namespace

TEST_CASE("store: an id that can't be is shown without control characters and with whole letters") {
  Fixture fixture;
  CHECK(messageOf([&] { fixture.store.createConversation("a\x1b[31m"); }).find("'a [31m' can't be") !=
        std::string::npos);
  const std::string long_id = std::string(59, '/') + "\xC3\xA4 and more";
  CHECK(messageOf([&] { fixture.store.createConversation(long_id); }).find("'" + std::string(59, '/') + "...'") !=
        std::string::npos);
}

TEST_CASE("store: ids as long as a file name may be are listed and read, and not created") {
  for (const std::size_t size : {129, 250}) {
    CAPTURE(size);
    Fixture fixture;
    const std::string id(size, 'x'), folder = "conversations/" + id;
    fixture.storage->write(folder + "/conversation.jsonl", line(id, 0));
    fixture.storage->write("conversations/c/runs/tally/" + id + ".json", tallyRun().text());
    CHECK(fixture.store.listConversations().size() == 2);
    auto ref = fixture.store.getConversation(id).value();
    auto conversation = ref.load();
    CHECK(conversation.findings().empty());
    ref.append(step(1));
    auto short_ref = fixture.store.getConversation("c").value();
    CHECK(short_ref.listRuns().size() == 1);
    CHECK(short_ref.getRun(id)->load().findings().empty());
    auto meta = Document::parse(dataFile("trajectory.meta.json"));
    fixture.store.saveTrajectoryMeta(id, meta);
    CHECK(fixture.store.loadTrajectoryMeta(id).has_value());
    CHECK(codeOf([&] { fixture.store.createConversation(id); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { short_ref.createRun({RunType::Tally, id}); }) == ErrorCode::InvalidId);
    CHECK(messageOf([&] { fixture.store.createConversation(id); }).find("1 to 128 bytes") != std::string::npos);
    CHECK(fixture.store.removeConversation(id));
  }
  CHECK(idProblem(std::string(128, 'x')).empty());
  CHECK(idProblem(std::string(129, 'x')) == "it is longer than 128 bytes");
}

TEST_CASE("store: a loaded conversation of a long id is saved where it was") {
  Fixture fixture;
  const std::string id(200, 'x'), key = "conversations/" + id + "/conversation.jsonl";
  fixture.storage->write(key, line(id, 0));
  auto conversation = fixture.store.getConversation(id)->load();
  conversation.add(step(1));
  fixture.store.saveConversation(conversation);
  CHECK(fixture.storage->read(key) == line(id, 0) + line(id, 1));
  Conversation fresh(id);
  CHECK(codeOf([&] { fixture.store.saveConversation(fresh); }) == ErrorCode::InvalidId);
}

TEST_CASE("store: a conversation is saved to the folder it was loaded from, whatever its lines say") {
  for (const auto& capabilities : {FakeStorage::kAll, kNone}) {
    auto storage = std::make_shared<FakeStorage>(capabilities);
    const TallyStore store(storage);
    const std::string old_key = "conversations/old/conversation.jsonl", old_file = line("old", 0) + line("old", 1);
    storage->write(old_key, old_file);
    storage->write("conversations/new/conversation.jsonl", line("old", 0));
    auto conversation = store.getConversation("new")->load();
    CHECK(conversation.id() == "old");
    CHECK(conversation.folder() == "new");
    conversation.add(step(7));
    CHECK(store.saveConversation(conversation).id() == "new");
    CHECK(storage->read(old_key) == old_file);
    CHECK(storage->read("conversations/new/conversation.jsonl") == line("old", 0) + line("old", 7));
  }
}

TEST_CASE("store: a foreign conversation goes nowhere but to its folder") {
  Fixture fixture;
  for (const std::string id : {"old", "third"}) fixture.storage->write("conversations/" + id + "/meta.json", "{}");
  fixture.storage->write("conversations/new/conversation.jsonl", line("old", 0));
  fixture.storage->write("conversations/mixed/conversation.jsonl", line("mixed", 0) + line("other", 1));
  for (const std::string from : {"new", "mixed"}) {
    auto foreign = fixture.store.getConversation(from)->load();
    for (const std::string to : {"old", "third"}) {
      CAPTURE(to);
      const auto ref = fixture.store.getConversation(to).value();
      CHECK(codeOf([&] { ref.save(foreign); }) == ErrorCode::InvalidDocument);
      CHECK(codeOf([&] { ref.overwrite(foreign); }) == ErrorCode::InvalidDocument);
      CHECK(messageOf([&] { ref.save(foreign); }).find("'" + from + "'") != std::string::npos);
      CHECK(ref.load().steps().empty());
    }
    fixture.store.getConversation(from)->save(foreign);
  }
}
