// Faults that the original tool's store had; each must stay impossible here.
#include <memory>
#include <string>
#include <vector>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "tally/tally_store.hpp"

using tally::Conversation;
using tally::ConversationRef;
using tally::Document;
using tally::ErrorCode;
using tally::Finding;
using tally::RunRef;
using tally::RunType;
using tally::TallyStore;
using tally::test::codeOf;
using tally::test::dataFile;
using tally::test::FakeStorage;
using tally::test::kindsOf;
using tally::test::line;
using tally::test::step;
using tally::test::tallyRun;
using tally::test::trajectoryRun;

namespace {

struct Fixture {
  std::shared_ptr<FakeStorage> storage = std::make_shared<FakeStorage>();
  TallyStore store{storage};
};

const std::string kBadIds[] = {"",
                               ".",
                               "..",
                               "../x",
                               "../../escaped",
                               "a/b",
                               "/a",
                               "a/",
                               ".hidden",
                               "a\nb",
                               "\x7F",
                               std::string("a\0b", 3),
                               "\xFF",
                               "\xC0\xAF",
                               std::string(256, 'x'),
                               std::string(300, 'x')};

}  // namespace

TEST_CASE("store: an id never leads out of the store (bugs 50 and 51)") {
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  auto meta = Document::parse(dataFile("trajectory.meta.json"));
  auto traces = Document::parse(dataFile("stepTraces.json"));
  fixture.storage->calls.clear();
  for (const auto& id : kBadIds) {
    Conversation conversation(id);
    CAPTURE(id);
    CHECK_FALSE(tally::idProblem(id).empty());
    CHECK(codeOf([&] { fixture.store.createConversation(id); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { fixture.store.getConversation(id); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { fixture.store.removeConversation(id); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { fixture.store.loadTrajectoryMeta(id); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { fixture.store.loadTrajectoryStepTraces(id); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { fixture.store.saveConversation(conversation); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { fixture.store.saveTrajectoryMeta(id, meta); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { fixture.store.saveTrajectoryStepTraces(id, traces); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { ref.createRun({RunType::Tally, id}); }) == ErrorCode::InvalidId);
    CHECK(codeOf([&] { ref.getRun(id); }) == ErrorCode::InvalidId);
  }
  CHECK(fixture.storage->calls.empty());
  for (const std::string id : {"a", "a b", "a\\b", "a:b", "a.json", "%2f", "x.", "x..", "\xC3\xA9"}) {
    CAPTURE(id);
    CHECK(tally::idProblem(id).empty());
  }
}

TEST_CASE("store: creating a conversation twice keeps the first meta.json (bug 52)") {
  Fixture fixture;
  fixture.store.createConversation("c");
  const auto meta = fixture.storage->read("conversations/c/meta.json");
  CHECK(codeOf([&] { fixture.store.createConversation("c"); }) == ErrorCode::AlreadyExists);
  CHECK(fixture.storage->read("conversations/c/meta.json") == meta);
}

TEST_CASE("store: saving a conversation never resets its meta.json, whoever comes first (bug 53)") {
  Fixture fixture;
  const std::string theirs = R"({"id":"c","createdAt":"2020-01-01T00:00:00Z","mine":1})";
  fixture.storage->on_call = [&](std::string_view) { fixture.storage->write("conversations/c/meta.json", theirs); };
  Conversation conversation("c");
  fixture.store.saveConversation(conversation);
  CHECK(fixture.storage->read("conversations/c/meta.json") == theirs);
}

TEST_CASE("store: a plain file is no conversation (bug 54)") {
  Fixture fixture;
  fixture.storage->write("conversations/c", "text");
  CHECK_FALSE(fixture.store.getConversation("c").has_value());
  CHECK(fixture.store.listConversations().empty());
  CHECK(codeOf([&] { ConversationRef(fixture.storage, "conversations/c", "c").load(); }) == ErrorCode::NotFound);
}

TEST_CASE("store: a fresh conversation loads as one without steps (bug 55)") {
  Fixture fixture;
  const auto conversation = fixture.store.createConversation("c").load();
  CHECK(conversation.id() == "c");
  CHECK(conversation.steps().empty());
  CHECK(conversation.findings().empty());
}

TEST_CASE("store: saving no steps keeps id and metadata (bug 56)") {
  Fixture fixture;
  Conversation conversation("c");
  conversation.setMetadata(R"({"title":"x"})");
  const auto ref = fixture.store.saveConversation(conversation);
  CHECK(ref.load().metadata() == R"({"title":"x"})");
  auto shrunk = ref.load();
  shrunk.add(step(0));
  shrunk.remove(0);
  ref.save(shrunk);
  CHECK(ref.load().id() == "c");
  CHECK(ref.load().metadata() == R"({"title":"x"})");
}

TEST_CASE("store: a failed listing is an error, not an empty store (bug 57)") {
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  for (const std::size_t n : {1, 2}) {
    fixture.storage->failCall(n, ErrorCode::Unavailable);
    CHECK(codeOf([&] { ref.listRuns(); }) == ErrorCode::Unavailable);
  }
  fixture.storage->failCall(1, ErrorCode::PermissionDenied);
  CHECK(codeOf([&] { fixture.store.listConversations(); }) == ErrorCode::PermissionDenied);
}

TEST_CASE("store: hidden folders are no conversations, other files are no runs (bug 58)") {
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  fixture.storage->write("conversations/.git/HEAD", "ref");
  for (const std::string name :
       {".DS_Store", "r.json.tmp", "index.json", ".json", "notes.txt", ".r.json", "folder/r.json", "folder.json/x"}) {
    fixture.storage->write("conversations/c/runs/tally/" + name, "{}");
  }
  CHECK(fixture.store.listConversations().size() == 1);
  CHECK(ref.listRuns().empty());
  CHECK_FALSE(ref.getRun("folder").has_value());
  CHECK(codeOf([&] { ref.createRun({RunType::Tally, "index"}); }) == ErrorCode::InvalidId);
}

TEST_CASE("store: the time of a run is read from its id or not at all (bug 59)") {
  struct Row {
    std::string id;
    long long milliseconds;
  };
  const Row rows[] = {{"run-1768843769100-kla25ar", 1768843769100},
                      {"conv-1768843769100-x", 1768843769100},
                      {"traj-0000000000001-x", 1},
                      {"2024-12-my-run", -1},
                      {"run-12-x", -1},
                      {"run-17688437691001-x", -1},
                      {"run-1768843769100", -1},
                      {"run-1768843769100x", -1},
                      {"run-176884376910x-x", -1},
                      {"run--176884376910-x", -1},
                      {"my-run", -1},
                      {"run-", -1}};
  for (const auto& row : rows) {
    CAPTURE(row.id);
    const auto time = RunRef(nullptr, "", row.id, RunType::Tally).timestamp();
    REQUIRE(time.has_value() == (row.milliseconds >= 0));
    if (time) CHECK(*time == std::chrono::system_clock::time_point(std::chrono::milliseconds(row.milliseconds)));
  }
}

TEST_CASE("store: runs of one id and two types are both reachable (bug 60)") {
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  auto report = tallyRun();
  auto record = trajectoryRun();
  ref.createRun({RunType::Tally, "r"}).save(report);
  ref.createRun({RunType::Trajectory, "r"}).save(record);
  CHECK(ref.getRun(RunType::Tally, "r")->load().text() == report.text());
  CHECK(ref.getRun(RunType::Trajectory, "r")->load().text() == record.text());
  CHECK(codeOf([&] { ref.getRun("r"); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("store: trajectory runs are checked like reports (bug 61)") {
  Fixture fixture;
  const auto run = fixture.store.createConversation("c").createRun({RunType::Trajectory, "r"});
  auto record = trajectoryRun();
  record.setMember("reason", "\"bored\"");
  CHECK(codeOf([&] { run.save(record); }) == ErrorCode::InvalidDocument);
  fixture.storage->write(run.path(), record.text());
  CHECK(kindsOf(run.load().findings()) == std::vector{Finding::Kind::InvalidDocument});
}

TEST_CASE("store: an existing run is never created over (bug 62)") {
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  const auto early = ref.createRun({RunType::Tally, "r"}), late = ref.createRun({RunType::Tally, "r"});
  auto report = tallyRun(), other = tallyRun();
  early.save(report);
  CHECK(codeOf([&] { late.save(other); }) == ErrorCode::AlreadyExists);
  CHECK(codeOf([&] { ref.createRun({RunType::Tally, "r"}); }) == ErrorCode::AlreadyExists);
}

TEST_CASE("store: of two evaluators that save one run, one gets a Conflict (bug 63)") {
  Fixture fixture;
  const auto run = fixture.store.createConversation("c").createRun({RunType::Tally, "r"});
  auto report = tallyRun();
  run.save(report);
  auto mine = run.load(), theirs = run.load();
  theirs.setMember("metadata", R"({"winner":true})");
  run.save(theirs);
  CHECK(codeOf([&] { run.save(mine); }) == ErrorCode::Conflict);
  CHECK(run.load().member("metadata") == R"({"winner":true})");
}

TEST_CASE("store: a conversation in a folder of another name is reported, and none is put there (bug 64)") {
  Fixture fixture;
  fixture.storage->write("conversations/new/conversation.jsonl", line("old", 0) + line("old", 1));
  const auto ref = fixture.store.getConversation("new").value();
  auto foreign = ref.load();
  CHECK(foreign.id() == "old");
  CHECK(kindsOf(foreign.findings()) == std::vector{Finding::Kind::ForeignConversation});
  ref.save(foreign);
  CHECK(ref.load().serialize() == line("old", 0) + line("old", 1));
  Conversation other("other");
  CHECK(codeOf([&] { ref.save(other); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { ref.overwrite(other); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("store: conversations with runs are listed once each, and nothing of what is in them (bug 38)") {
  Fixture fixture;
  for (const std::string id : {"c1", "c10", "c2"}) {
    const auto ref = fixture.store.createConversation(id);
    auto report = tallyRun(), record = trajectoryRun();
    ref.createRun({RunType::Tally, "r"}).save(report);
    ref.createRun({RunType::Trajectory, "r"}).save(record);
    Conversation conversation(id);
    conversation.add(step(0));
    ref.save(conversation);
  }
  std::vector<std::string> ids;
  for (const auto& ref : fixture.store.listConversations()) ids.push_back(ref.id());
  CHECK(ids == std::vector<std::string>{"c1", "c10", "c2"});
  for (const auto& ref : fixture.store.listConversations()) {
    REQUIRE(ref.listRuns().size() == 2);
    for (const auto& run : ref.listRuns()) CHECK(run.id() == "r");
  }
}

TEST_CASE("store: an id that holds ':' is listed as it is, and found by that (bug 15)") {
  Fixture fixture;
  const std::vector<std::string> all = {"a", "a%3Ab", "a:b", "my:conv"};
  for (const auto& id : all) {
    Conversation conversation(id);
    conversation.add(step(0));
    fixture.store.saveConversation(conversation);
  }
  std::vector<std::string> ids;
  for (const auto& ref : fixture.store.listConversations()) ids.push_back(ref.id());
  CHECK(ids == all);
  for (const auto& id : ids) CHECK(fixture.store.getConversation(id)->load().id() == id);
}

TEST_CASE("store: meta.json is changed under a condition, and nothing else in it (bug 65)") {
  Fixture fixture;
  const std::string text = R"({"id":"c","createdAt":"2026-01-01T00:00:00Z","count":1e400})";
  fixture.storage->write("conversations/c/meta.json", text);
  const auto ref = fixture.store.getConversation("c").value();
  auto mine = ref.meta().value(), theirs = ref.meta().value();
  theirs.setMember("title", "\"T\"");
  ref.saveMeta(theirs);
  CHECK(fixture.storage->read("conversations/c/meta.json") == text.substr(0, text.size() - 1) + R"(,"title":"T"})");
  mine.setMember("title", "\"U\"");
  CHECK(codeOf([&] { ref.saveMeta(mine); }) == ErrorCode::Conflict);
  theirs.setMember("createdAt", "\"soon\"");
  CHECK(codeOf([&] { ref.saveMeta(theirs); }) == ErrorCode::InvalidDocument);
  auto fresh = Document::parse(text);
  CHECK(codeOf([&] { ref.saveMeta(fresh); }) == ErrorCode::AlreadyExists);
  fixture.store.removeConversation("c");
  CHECK(codeOf([&] { ref.saveMeta(fresh); }) == ErrorCode::NotFound);
  CHECK_FALSE(ref.meta().has_value());
}

TEST_CASE("store: meta.json is read, with all that users keep in it (bug 65)") {
  Fixture fixture;
  const std::string text = R"({"id":"c","createdAt":"2026-01-01T00:00:00Z","title":"T","count":1e400})";
  fixture.storage->write("conversations/c/meta.json", text);
  const auto meta = fixture.store.getConversation("c")->meta();
  CHECK(meta->serialize() == text);
  CHECK(meta->member("title") == "\"T\"");
}

TEST_CASE("store: conversations and runs can be removed, and nothing else goes with them (bug 66)") {
  Fixture fixture;
  for (const std::string id : {"c1", "c10"}) {
    auto report = tallyRun();
    fixture.store.createConversation(id).createRun({RunType::Tally, "r"}).save(report);
  }
  CHECK(fixture.store.getConversation("c1")->getRun("r")->remove());
  CHECK(fixture.store.removeConversation("c1"));
  CHECK_FALSE(fixture.store.getConversation("c1").has_value());
  CHECK(fixture.store.getConversation("c10")->listRuns().size() == 1);
}

TEST_CASE("store: each step is stored as it happens, so that a death loses none before it (bug 68)") {
  Fixture fixture;
  {
    auto ref = fixture.store.createConversation("c");
    ref.append(step(0));
    ref.append(step(1));
    fixture.storage->failCall(1, ErrorCode::Unavailable);
    CHECK(codeOf([&] { ref.append(step(2)); }) == ErrorCode::Unavailable);
  }
  CHECK(fixture.store.getConversation("c")->load().steps().size() == 2);
}

TEST_CASE("store: trajectory records that could not be read back are not written (bug 89)") {
  Fixture fixture;
  auto meta = Document::parse(dataFile("trajectory.meta.json"));
  meta.setMember("goal", std::nullopt);
  auto traces = Document::parse(R"([{"turnIndex":0}])");
  CHECK(codeOf([&] { fixture.store.saveTrajectoryMeta("c", meta); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { fixture.store.saveTrajectoryStepTraces("c", traces); }) == ErrorCode::InvalidDocument);
  CHECK(fixture.storage->calls.empty());
}

TEST_CASE("store: a run whose id is taken after all is not written over (bug 93)") {
  Fixture fixture;
  const auto ref = fixture.store.createConversation("c");
  const auto run = ref.createRun();
  CHECK(run.id() != ref.createRun().id());
  CHECK(run.timestamp().has_value());
  auto report = tallyRun();
  fixture.storage->write(run.path(), "theirs");
  CHECK(codeOf([&] { run.save(report); }) == ErrorCode::AlreadyExists);
}
