// Documents that others left with faults: they load, they can be changed and saved, and no new fault gets in.

#include <memory>
#include <nlohmann/json.hpp>
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
  ConversationRef ref = store.createConversation("c");

  std::string stored(const std::string& name) { return storage->read("conversations/c/" + name); }
};

std::string oddTraces() {
  Json traces = Json::parse(dataFile("stepTraces.json"));
  traces[1]["end"]["reason"] = "bored";
  traces[1]["selection"]["candidates"] = {{{"stepId", "s"}, {"score", nullptr}}};  // what the original makes of NaN
  return traces.dump();
}

/// The same document with another value, and all that is known of the old one.
Document changed(const Document& loaded, const Json& value) {
  Document document = Document::of(value);
  document.setVersion(loaded.version());
  document.setFindings(loaded.findings());
  return document;
}

}  // namespace

TEST_CASE("store: one odd step trace costs neither the others nor the next one (bug 90)") {
  Fixture fixture;
  fixture.storage->write("conversations/c/stepTraces.json", oddTraces());
  auto loaded = fixture.store.loadTrajectoryStepTraces("c").value();
  CHECK(kindsOf(loaded.findings()).size() == 2);
  fixture.store.saveTrajectoryStepTraces("c", loaded);
  CHECK(fixture.stored("stepTraces.json") == oddTraces());

  Json traces = loaded.json();
  traces.push_back(traces[0]);
  auto more = changed(loaded, traces);
  fixture.store.saveTrajectoryStepTraces("c", more);
  CHECK(fixture.store.loadTrajectoryStepTraces("c")->json().size() == traces.size());

  traces.push_back({{"turnIndex", 0}});
  auto worse = changed(more, traces);
  CHECK(codeOf([&] { fixture.store.saveTrajectoryStepTraces("c", worse); }) == ErrorCode::InvalidDocument);
  auto unknown = Document::of(loaded.json());
  unknown.setVersion(more.version());
  CHECK(codeOf([&] { fixture.store.saveTrajectoryStepTraces("c", unknown); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("store: a report of a newer version is saved as it is, and edited, but not made here (bug 84)") {
  Fixture fixture;
  auto report = tallyRun();
  report.setMember("schemaVersion", "2");
  report.setMember("shape", "\"new\"");
  report.setMember("result", std::nullopt);
  const auto run = fixture.ref.createRun({RunType::Tally, "r"});
  CHECK(codeOf([&] { run.save(report); }) == ErrorCode::InvalidDocument);
  fixture.storage->write(run.path(), report.text());
  auto loaded = run.load();
  CHECK(kindsOf(loaded.findings()) == std::vector{Finding::Kind::NewerSchema});
  run.save(loaded);
  CHECK(fixture.storage->read(run.path()) == report.text());
  loaded.setMember("note", "1");
  run.save(loaded);
  CHECK(run.load().member("note") == "1");
  run.overwrite(loaded);
  loaded.setMember("schemaVersion", "1");  // now it is known what must be in it
  CHECK(codeOf([&] { run.save(loaded); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("store: a run with a fault may be saved with it or without it, not with another one") {
  Fixture fixture;
  auto report = tallyRun();
  report.setMember("createdAt", "\"soon\"");
  const auto run = fixture.ref.createRun({RunType::Tally, "r"});
  fixture.storage->write(run.path(), report.text());
  auto loaded = run.load();
  loaded.setMember("metadata", "{}");
  run.save(loaded);
  loaded.setMember("createdAt", "\"later\"");
  CHECK(codeOf([&] { run.save(loaded); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { run.overwrite(loaded); }) == ErrorCode::InvalidDocument);
  loaded.setMember("createdAt", "\"2026-01-01T00:00:00Z\"");
  loaded.setMember("runId", "7");
  CHECK(codeOf([&] { run.save(loaded); }) == ErrorCode::InvalidDocument);
  loaded.setMember("runId", "\"r\"");
  run.save(loaded);
  CHECK(run.load().findings().empty());
}
