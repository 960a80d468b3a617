#include <nlohmann/json.hpp>
#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "tally/documents.hpp"

using tally::Finding;
using tally::Json;
using tally::Schema;
using tally::schemaFaults;
using tally::schemaFindings;
using tally::test::dataFile;
using Pointer = Json::json_pointer;

namespace {

struct Sample {
  Schema schema;
  std::string file;
};
const Sample kSamples[] = {{Schema::ConversationMeta, "meta.json"},
                           {Schema::TrajectoryMeta, "trajectory.meta.json"},
                           {Schema::StepTraces, "stepTraces.json"},
                           {Schema::TallyRun, "run.json"},
                           {Schema::TrajectoryRun, "trajectory_run.json"}};

// One change to a valid document. No value: the member is taken out.
struct Change {
  std::string pointer;
  std::string value;
  std::string fault;
};

std::string changed(const std::string& file, const Change& change) {
  Json document = Json::parse(dataFile(file));
  const Pointer pointer(change.pointer);
  if (change.value.empty()) {
    document.at(pointer.parent_pointer()).erase(pointer.back());
  } else {
    document[pointer] = Json::parse(change.value);
  }
  return document.dump();
}

template <std::size_t Count>
void checkFaults(Schema schema, const std::string& file, const Change (&changes)[Count]) {
  for (const auto& change : changes) {
    CAPTURE(change.pointer);
    CAPTURE(change.value);
    const auto faults = schemaFaults(schema, changed(file, change));
    REQUIRE(faults.size() == (change.fault.empty() ? 0 : 1));
    if (!change.fault.empty()) CHECK(faults[0] == change.fault);
  }
}

}  // namespace

TEST_CASE("schema: documents of the original's form have no faults, compact or not") {
  for (const auto& sample : kSamples) {
    CAPTURE(sample.file);
    CHECK(schemaFaults(sample.schema, dataFile(sample.file)).empty());
    CHECK(schemaFaults(sample.schema, " \n" + Json::parse(dataFile(sample.file)).dump() + "\n").empty());
    CHECK(schemaFindings(sample.schema, dataFile(sample.file)).empty());
  }
}

TEST_CASE("schema: a document is refused when any member that it needs is missing") {
  struct Row {
    Schema schema;
    std::string file, pointer;
  };
  const Row rows[] = {
      {Schema::ConversationMeta, "meta.json", "/id"},
      {Schema::ConversationMeta, "meta.json", "/createdAt"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/version"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/trajectoryId"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/createdAt"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/goal"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/persona"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/persona/description"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/stepGraph/start"},
      {Schema::TrajectoryMeta, "trajectory.meta.json", "/stepGraph/steps"},
      {Schema::StepTraces, "stepTraces.json", "/0/turnIndex"},
      {Schema::StepTraces, "stepTraces.json", "/0/userMessage"},
      {Schema::StepTraces, "stepTraces.json", "/0/agentMessages"},
      {Schema::StepTraces, "stepTraces.json", "/0/timestamp"},
      {Schema::StepTraces, "stepTraces.json", "/1/stepId"},
      {Schema::StepTraces, "stepTraces.json", "/0/selection"},
      {Schema::StepTraces, "stepTraces.json", "/0/selection/candidates/0/score"},
      {Schema::StepTraces, "stepTraces.json", "/1/end/isFinal"},
      {Schema::StepTraces, "stepTraces.json", "/1/end/completed"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/runId"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/conversationId"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/timestamp"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/goal"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/persona"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/completed"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/reason"},
      {Schema::TrajectoryRun, "trajectory_run.json", "/totalTurns"},
      {Schema::TallyRun, "run.json", "/schemaVersion"},
      {Schema::TallyRun, "run.json", "/runId"},
      {Schema::TallyRun, "run.json", "/createdAt"},
      {Schema::TallyRun, "run.json", "/store/basePath"},
      {Schema::TallyRun, "run.json", "/artifacts/conversationId"},
      {Schema::TallyRun, "run.json", "/defs"},
      {Schema::TallyRun, "run.json", "/defs/metrics"},
      {Schema::TallyRun, "run.json", "/defs/evals/Tone/metric"},
      {Schema::TallyRun, "run.json", "/defs/scorers/overall/inputs/0/weight"},
      {Schema::TallyRun, "run.json", "/defs/metrics/relevance/llm/prompt/instruction"},
      {Schema::TallyRun, "run.json", "/defs/metrics/relevance/aggregators/0/kind"},
      {Schema::TallyRun, "run.json", "/defs/metrics/tone/normalization/normalizer/map"},
      {Schema::TallyRun, "run.json", "/result"},
      {Schema::TallyRun, "run.json", "/result/stepCount"},
      {Schema::TallyRun, "run.json", "/result/singleTurn"},
      {Schema::TallyRun, "run.json", "/result/multiTurn/Tone/measurement/metricRef"},
      {Schema::TallyRun, "run.json", "/result/multiTurn/Tone/outcome/policy/passWhenIn"},
      {Schema::TallyRun, "run.json", "/result/scorers/Overall/result"},
      {Schema::TallyRun, "run.json", "/result/summaries/byEval/Relevance/count"},
      {Schema::TallyRun, "run.json", "/result/summaries/byEval/Relevance/aggregations/score"},
      {Schema::TallyRun, "run.json", "/result/summaries/byEval/Relevance/verdictSummary/totalCount"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pointer);
    const auto faults = schemaFaults(row.schema, changed(row.file, {row.pointer, "", ""}));
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].ends_with(", found nothing"));
  }
}

TEST_CASE("schema: faults of a report name the member, what was expected and what is there") {
  const std::string measurement = "/result/singleTurn/Relevance/byStepIndex/0/measurement";
  const std::string at = "result.singleTurn.Relevance.byStepIndex[0].measurement.";
  const Change changes[] = {
      {measurement + "/score", "1.5", at + "score: expected a number from 0 to 1, found 1.5"},
      {measurement + "/score", "null", at + "score: expected a number from 0 to 1, found null"},
      {measurement + "/score", "1.0000000001", ""},
      {measurement + "/score", "-0.000001", at + "score: expected a number from 0 to 1, found -1e-06"},
      {measurement + "/rawValue", "[]", at + "rawValue: expected a number, true, false, text or null, found an array"},
      {measurement + "/metadata", "[]", at + "metadata: expected an object, found an array"},
      {measurement + "/timestamp", "\"yesterday\"", ""},
      {"/schemaVersion", "2", "schemaVersion: expected 1, found 2"},
      {"/schemaVersion", "1.0", ""},
      {"/schemaVersion", "\"1\"", "schemaVersion: expected 1, found \"1\""},
      {"/createdAt", "\"1\"", "createdAt: expected a date and time like \"2026-01-31T12:00:00Z\", found \"1\""},
      {"/result/stepCount", "\"3\"", "result.stepCount: expected a number, found \"3\""},
      {"/result/multiTurn/Tone/outcome/verdict", "\"maybe\"",
       "result.multiTurn.Tone.outcome.verdict: expected one of \"pass\", \"fail\", \"unknown\", found \"maybe\""},
      {"/result/multiTurn/Tone/outcome/policy/kind", "\"x\"",
       "result.multiTurn.Tone.outcome.policy.kind: expected one of \"none\", \"boolean\", \"number\", \"ordinal\", "
       "\"custom\", found \"x\""},
      {"/defs/evals/Relevance/verdict/type", "\"x\"",
       "defs.evals.Relevance.verdict.type: expected one of \"threshold\", \"range\", found \"x\""},
      {"/defs/evals/Tone/verdict", R"({"kind":"custom","note":"lost"})",
       "defs.evals.Tone.verdict.note: expected \"not-serializable\", found \"lost\""},
      {"/defs/evals/Tone/verdict", "7", "defs.evals.Tone.verdict: expected an object, found 7"},
      {"/defs/scorers/overall/fallbackScore", "2",
       "defs.scorers.overall.fallbackScore: expected a number from 0 to 1, found 2"},
      {"/defs/metrics/tone/normalization/normalizer", R"({"type":"linear","slope":1,"intercept":0,"clip":[0]})",
       "defs.metrics.tone.normalization.normalizer.clip: expected an array of two, found an array"},
      {"/defs/metrics/tone/normalization/normalizer", R"({"type":"linear","slope":1,"intercept":0,"clip":[0,"1"]})",
       "defs.metrics.tone.normalization.normalizer.clip[1]: expected a number, found \"1\""},
      {"/result/scorers/Overall", R"({"shape":"seriesByStepIndex","series":{"byStepIndex":[null]}})", ""},
      {"/result/scorers/Overall/shape", "\"cube\"",
       "result.scorers.Overall.shape: expected one of \"seriesByStepIndex\", \"scalar\", found \"cube\""},
      {"/result/summaries/byEval/Relevance/aggregations/score/Mean", "{\"a\":\"b\"}",
       "result.summaries.byEval.Relevance.aggregations.score.Mean.a: expected a number, found \"b\""},
      {"/result/summaries/byEval/Relevance/aggregations/score/Mean", "\"b\"",
       "result.summaries.byEval.Relevance.aggregations.score.Mean: expected a number or an object of numbers, found "
       "\"b\""},
      {"/metadata", "null", "metadata: expected an object, found null"},
  };
  checkFaults(Schema::TallyRun, "run.json", changes);
}

TEST_CASE("schema: faults of the trajectory documents") {
  const Change traces[] = {
      {"/0/selection/method", "\"guess\"",
       "[0].selection.method: expected one of \"start\", \"preconditions-ordered\", \"llm-ranked\", \"none\", found "
       "\"guess\""},
      {"/1/end/isFinal", "false", "[1].end.isFinal: expected true, found false"},
      {"/1/end/reason", "\"bored\"",
       "[1].end.reason: expected one of \"goal-reached\", \"max-turns\", \"policy-violation\", \"agent-loop\", "
       "\"no-step-match\", \"error\", found \"bored\""},
      {"/0/stepId", "1", "[0].stepId: expected text, found 1"},
      {"/0/agentMessages/0", "[]", "[0].agentMessages[0]: expected an object, found an array"},
      {"/0/selection/candidates/0/score", "null", "[0].selection.candidates[0].score: expected a number, found null"},
  };
  checkFaults(Schema::StepTraces, "stepTraces.json", traces);
  const Change meta[] = {
      {"/version", "2", "version: expected 1, found 2"},
      {"/persona/guardrails/0", "1", "persona.guardrails[0]: expected text, found 1"},
      {"/loopDetection/maxCycleLength", "\"\"", "loopDetection.maxCycleLength: expected a number, found \"\""},
      {"/stepGraph/steps/0", "null", "stepGraph.steps[0]: expected an object, found null"},
  };
  checkFaults(Schema::TrajectoryMeta, "trajectory.meta.json", meta);
  CHECK(schemaFaults(Schema::StepTraces, "{}") ==
        std::vector<std::string>{"the document: expected an array, found an object"});
  CHECK(schemaFaults(Schema::StepTraces, "[").size() == 1);
  CHECK(schemaFaults(Schema::StepTraces, "[]").empty());
}

TEST_CASE("schema: timestamps are RFC 3339 and exist") {
  struct Row {
    std::string text;
    bool is_valid;
  };
  const Row rows[] = {
      {"2026-01-31T12:00:00Z", true},
      {"2024-02-29T23:59:59.123456789Z", true},
      {"2026-01-31T12:00:00+05:30", true},
      {"2026-01-31T12:00:00.1-23:59", true},
      {"0000-01-01T00:00:00Z", true},
      {"2026-02-29T12:00:00Z", false},
      {"2026-13-01T12:00:00Z", false},
      {"2026-00-01T12:00:00Z", false},
      {"2026-01-00T12:00:00Z", false},
      {"2026-01-31T24:00:00Z", false},
      {"2026-01-31T12:60:00Z", false},
      {"2026-01-31T12:00:60Z", false},
      {"2026-01-31T12:00:00", false},
      {"2026-01-31T12:00:00.Z", false},
      {"2026-01-31 12:00:00Z", false},
      {"2026-01-31T12:00:00+24:00", false},
      {"2026-01-31T12:00:00+0530", false},
      {"2026-01-31", false},
      {"1", false},
      {"", false},
      {"2026-01-31T12:00:00Z ", false},
      {"Sat, 31 Jan 2026 12:00:00 GMT", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto faults = schemaFaults(Schema::ConversationMeta, Json{{"id", "a"}, {"createdAt", row.text}}.dump());
    CHECK(faults.empty() == row.is_valid);
  }
}

TEST_CASE("schema: all faults are listed, and a doubled member counts as its last") {
  CHECK(schemaFaults(Schema::ConversationMeta, R"({"id":1,"createdAt":2})").size() == 2);
  CHECK(schemaFaults(Schema::ConversationMeta, R"({"id":1,"id":"a","createdAt":"2026-01-31T12:00:00Z"})").empty());
  CHECK(schemaFaults(Schema::TallyRun, "{}").size() == 5);
}
