#include <chrono>
#include <memory>
#include <regex>
#include <set>
#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "tally/tally_store.hpp"

using tally::Capabilities;
using tally::ConversationRef;
using tally::CreateRunOptions;
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
using tally::test::messageOf;
using tally::test::tallyRun;
using tally::test::trajectoryRun;
using Calls = std::vector<std::string>;

namespace {
struct Fixture {
  explicit Fixture(Capabilities capabilities = FakeStorage::kAll)
      : storage(std::make_shared<FakeStorage>(capabilities)), ref(TallyStore(storage).createConversation("c")) {
    storage->calls.clear();
  }
  std::shared_ptr<FakeStorage> storage;
  ConversationRef ref;
};
}  // namespace

TEST_CASE("store: a run goes round: create, save, load, list, get, remove") {
  Fixture fixture;
  const auto run = fixture.ref.createRun();
  CHECK(run.path() == "conversations/c/runs/tally/" + run.id() + ".json");
  CHECK(fixture.storage->calls.empty());
  auto report = tallyRun();
  run.save(report);
  CHECK(fixture.storage->calls == Calls{"stat conversations/c", "write " + run.path()});
  CHECK(run.load().serialize() == report.serialize());
  CHECK(run.load().findings().empty());
  fixture.storage->calls.clear();
  const auto runs = fixture.ref.listRuns();
  CHECK(fixture.storage->calls == Calls{"list conversations/c/runs/tally", "list conversations/c/runs/trajectory"});
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].id() == run.id());
  CHECK(runs[0].path() == run.path());
  fixture.storage->calls.clear();
  CHECK(fixture.ref.getRun(RunType::Tally, run.id())->path() == run.path());
  CHECK(fixture.storage->calls.size() == 1);
  CHECK_FALSE(fixture.ref.getRun(RunType::Trajectory, run.id()).has_value());
  CHECK(fixture.ref.getRun(run.id())->type() == RunType::Tally);
  CHECK(run.remove());
  CHECK_FALSE(run.remove());
  CHECK(codeOf([&] { run.load(); }) == ErrorCode::NotFound);
  CHECK_FALSE(fixture.ref.getRun(run.id()).has_value());
}

TEST_CASE("store: two savers of one run: the second is told, whoever it is") {
  Fixture fixture;
  const auto run = fixture.ref.createRun({RunType::Trajectory, "r"});
  auto first = trajectoryRun(), second = trajectoryRun();
  run.save(first);
  CHECK(codeOf([&] { run.save(second); }) == ErrorCode::AlreadyExists);
  auto mine = run.load(), theirs = run.load();
  run.save(mine);
  CHECK(codeOf([&] { run.save(theirs); }) == ErrorCode::Conflict);
  run.overwrite(theirs);
  run.save(theirs);
  CHECK(codeOf([&] { run.save(mine); }) == ErrorCode::Conflict);
  run.remove();
  CHECK(codeOf([&] { run.save(theirs); }) == ErrorCode::Conflict);
}

TEST_CASE("store: a run with faults is refused before any call, and all faults are named") {
  Fixture fixture;
  const auto run = fixture.ref.createRun({RunType::Tally, "r"});
  auto report = tallyRun();
  report.setMember("createdAt", "\"now\"");
  report.setMember("runId", "7");
  fixture.storage->calls.clear();
  CHECK(codeOf([&] { run.save(report); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { run.overwrite(report); }) == ErrorCode::InvalidDocument);
  const auto message = messageOf([&] { run.save(report); });
  CHECK(message.find("runId: expected text, found 7") != std::string::npos);
  CHECK(message.find("createdAt: expected") != std::string::npos);
  CHECK(message.find(run.path()) != std::string::npos);
  CHECK(fixture.storage->calls.empty());
  auto other_kind = trajectoryRun();
  CHECK(codeOf([&] { run.save(other_kind); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("store: a run that is no JSON is Corrupt, with key and position; an odd one loads with findings") {
  Fixture fixture;
  const auto run = fixture.ref.createRun({RunType::Tally, "r"});
  for (const std::string bytes : {"", "{\"a\":1,}", "7", "\xFF"}) {
    CAPTURE(bytes);
    fixture.storage->write(run.path(), bytes);
    CHECK(codeOf([&] { run.load(); }) == ErrorCode::Corrupt);
    CHECK(messageOf([&] { run.load(); }).find(run.path()) != std::string::npos);
  }
  fixture.storage->write(run.path(), "{\"a\":1,}");
  CHECK(messageOf([&] { run.load(); }).find("at byte 7") != std::string::npos);
  fixture.storage->write(run.path(), "{\"schemaVersion\":2}");
  CHECK(kindsOf(run.load().findings()) == std::vector{Finding::Kind::NewerSchema});
  fixture.storage->write(run.path(), "\xEF\xBB\xBF[]");
  CHECK(kindsOf(run.load().findings()) == std::vector{Finding::Kind::ByteOrderMark, Finding::Kind::InvalidDocument});
}

TEST_CASE("store: runs are listed by kind and id") {
  Fixture fixture;
  for (const std::string id : {"a-b", "a", "a.json", "b"})
    fixture.storage->write("conversations/c/runs/tally/" + id + ".json", "{}");
  fixture.storage->write("conversations/c/runs/trajectory/a.json", "{}");
  std::vector<std::string> ids;
  for (const auto& run : fixture.ref.listRuns()) ids.push_back(std::string(nameOf(run.type())) + " " + run.id());
  CHECK(ids == std::vector<std::string>{"tally a", "tally a-b", "tally a.json", "tally b", "trajectory a"});
}

TEST_CASE("store: a fresh run id has a time, sorts by it and is not repeated (bug 93)") {
  const std::regex form("run-[0-9]{13}-[0-9a-z]{7}");
  const auto before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = tally::newRunId();
    CHECK(std::regex_match(id, form));
    CHECK(tally::idProblem(id).empty());
    const auto time = RunRef(nullptr, "", id, RunType::Tally).timestamp();
    REQUIRE(time.has_value());
    CHECK(*time >= before);
    CHECK(*time <= std::chrono::system_clock::now());
    ids.insert(id);
  }
  CHECK(ids.size() == 1000);
}

TEST_CASE("store: names of run types go both ways") {
  CHECK(tally::parseRunType("tally") == RunType::Tally);
  CHECK(tally::parseRunType("trajectory") == RunType::Trajectory);
  CHECK_FALSE(tally::parseRunType("Tally").has_value());
}
