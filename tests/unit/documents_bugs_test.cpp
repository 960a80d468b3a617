// Faults that conversation and run files suffered from in the original tool; each must stay impossible here.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

using tally::Conversation;
using tally::Document;
using tally::ErrorCode;
using tally::Finding;
using tally::Json;
using tally::NonFinite;
using tally::Schema;
using tally::schemaFaults;
using tally::schemaFindings;
using tally::Step;
using tally::test::codeOf;
using tally::test::dataFile;
using tally::test::kindsOf;
using tally::test::line;
using tally::test::messageOf;
using tally::test::step;
using tally::test::stepText;
using Kind = Finding::Kind;
using Kinds = std::vector<Kind>;

namespace {

// run.json with one member of another value.
std::string runWith(const std::string& pointer, const Json& value) {
  Json run = Json::parse(dataFile("run.json"));
  run[Json::json_pointer(pointer)] = value;
  return run.dump();
}

}  // namespace

TEST_CASE("documents: a line added to a file without a last line feed stands alone (bug 71)") {
  auto conversation = Conversation::parse("c", stepText(0));
  conversation.add(step(1));
  CHECK(conversation.serialize() == stepText(0) + "\n" + line("c", 1));
  CHECK(conversation.serializeStep(step(2)).back() == '\n');
}

TEST_CASE("documents: one torn last line leaves the rest readable (bug 72)") {
  const auto conversation = Conversation::parse("c", line("c", 0) + line("c", 1) + "{\"stepIndex\":2,\"inp");
  CHECK(conversation.steps().size() == 2);
  CHECK(kindsOf(conversation.findings()) == Kinds{Kind::TornLastLine});
}

TEST_CASE("documents: an invalid step survives the next save (bug 73)") {
  const std::string odd = "{\"stepIndex\":1,\"input\":\"text\",\"output\":[]}\n";
  auto conversation = Conversation::parse("c", line("c", 0) + odd);
  CHECK(kindsOf(conversation.findings()) == Kinds{Kind::InvalidStep});
  conversation.add(step(2));
  CHECK(conversation.serialize() == line("c", 0) + odd + line("c", 2));
}

TEST_CASE("documents: an unusual timestamp costs no step and is kept (bug 74)") {
  for (const std::string timestamp : {"1768843766912", "\"yesterday\"", "null", "1.5e12"}) {
    CAPTURE(timestamp);
    const std::string file = line("c", 0, ",\"timestamp\":" + timestamp);
    const auto conversation = Conversation::parse("c", file);
    REQUIRE(conversation.steps().size() == 1);
    CHECK(conversation.steps()[0].member("timestamp") == timestamp);
    CHECK(conversation.serialize() == file);
  }
  CHECK(step(0, ",\"timestamp\":1768843766912").timestamp() == "1768843766912");
  CHECK_FALSE(step(0, ",\"timestamp\":null").timestamp().has_value());
}

TEST_CASE("documents: odd optional members cost no step, are reported and kept (bugs 73 and 74)") {
  for (const std::string member :
       {"\"timestamp\":true", "\"timestamp\":{\"at\":1}", "\"timestamp\":[]", "\"metadata\":null", "\"id\":7"}) {
    CAPTURE(member);
    const std::string odd = line("c", 0, "," + member), meta = R"(,"conversationMetadata":{"a":1})";
    auto conversation = Conversation::parse("c", odd + line("c", 1));
    REQUIRE(conversation.steps().size() == 2);
    CHECK(conversation.steps()[0].index() == 0);
    REQUIRE(kindsOf(conversation.findings()) == Kinds{Kind::OddMember});
    CHECK(conversation.findings()[0].line == 1);
    CHECK(conversation.serialize() == odd + line("c", 1));
    conversation.setMetadata(R"({"a":1})");
    CHECK(conversation.serialize() ==
          stepText(0, "," + member + R"(,"conversationId":"c")" + meta) + "\n" + line("c", 1));
    // Nobody writes one anew.
    CHECK(codeOf([&] { step(0, "," + member); }) == ErrorCode::InvalidDocument);
    const Step found = conversation.steps()[0];
    CHECK(codeOf([&] { conversation.add(found); }) == ErrorCode::InvalidDocument);
    CHECK(codeOf([&] { conversation.replace(1, found); }) == ErrorCode::InvalidDocument);
    CHECK(codeOf([&] { conversation.serializeStep(found); }) == ErrorCode::InvalidDocument);
    CHECK(conversation.steps().size() == 2);
  }
  const auto odd = Conversation::parse("c", line("c", 0, R"(,"id":77,"timestamp":[1])"));
  CHECK(odd.steps()[0].id() == "77");
  CHECK(odd.steps()[0].timestamp() == "[1]");
}

TEST_CASE("documents: timestamps keep fractions and offset (bug 75)") {
  const std::string text = "2026-01-19T17:22:30.506123456+05:30";
  Conversation conversation("c");
  conversation.add(step(0, ",\"timestamp\":\"" + text + "\""));
  CHECK(Conversation::parse("c", conversation.serialize()).steps()[0].timestamp() == text);
}

TEST_CASE("documents: numbers keep their text (bug 76)") {
  for (const std::string number : {"9007199254740993", "1.10", "-0", "1e400", "123456789012345678901234567890"}) {
    CAPTURE(number);
    Conversation conversation("c");
    conversation.add(step(0, ",\"n\":" + number));
    const auto again = Conversation::parse("c", conversation.serialize());
    REQUIRE(again.steps().size() == 1);
    CHECK(again.steps()[0].member("n") == number);
  }
  CHECK(codeOf([] { Step::of(Json{{"stepIndex", std::nan("")}}); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("documents: bytes in a message are refused, not turned into an object (bug 77)") {
  const Json message = {{"role", "user"}, {"content", Json::binary({1, 2, 3})}};
  const Json value = {{"stepIndex", 0}, {"input", message}, {"output", Json::array()}};
  CHECK(codeOf([&] { Step::of(value); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("documents: a byte order mark or a null line leaves the file readable (bug 78)") {
  const std::string file = "\xEF\xBB\xBF" + line("c", 0) + "null\n" + line("c", 1);
  const auto conversation = Conversation::parse("c", file);
  CHECK(conversation.steps().size() == 2);
  CHECK(kindsOf(conversation.findings()) == Kinds{Kind::ByteOrderMark, Kind::InvalidLine});
  CHECK(conversation.serialize() == file);
}

TEST_CASE("documents: lines of another conversation are reported (bug 79)") {
  const auto mixed = Conversation::parse("a", line("a", 0) + line("b", 1));
  CHECK(mixed.id() == "a");
  CHECK(kindsOf(mixed.findings()) == Kinds{Kind::ForeignConversation});
  CHECK(Conversation::parse("folder", stepText(0)).id() == "folder");
}

TEST_CASE("documents: stale metadata never comes back with a step (bug 80)") {
  const std::string meta = R"(,"conversationMetadata":{"old":1})";
  auto conversation = Conversation::parse("c", line("c", 0, meta) + line("c", 1));
  const Step first = conversation.steps()[0];
  conversation.setMetadata(R"({"new":2})");
  conversation.add(first);
  CHECK(conversation.serialize().find("old") == std::string::npos);
  conversation.remove(0);
  CHECK(Conversation::parse("c", conversation.serialize()).metadata() == R"({"new":2})");
  Conversation other("d");
  CHECK(codeOf([&] { other.add(first); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("documents: a step's own conversationId is never overwritten (bug 81)") {
  Conversation conversation("c");
  CHECK(codeOf([&] { conversation.add(step(0, R"(,"conversationId":"mine")")); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { conversation.add(step(0, R"(,"conversationId":7)")); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("documents: odd step numbers are reported (bug 82)") {
  const auto file = line("c", 0) + line("c", 0) + line("c", -1) + line("c", 3) + line("c", 1) +
                    "{\"stepIndex\":1.5,\"input\":{},\"output\":[]}\n{\"stepIndex\":2,\"input\":[],\"output\":[]}\n";
  const auto conversation = Conversation::parse("c", file);
  CHECK(kindsOf(conversation.findings()) == Kinds{Kind::StepOrder, Kind::InvalidStep, Kind::StepOrder, Kind::StepOrder,
                                                  Kind::InvalidStep, Kind::InvalidStep});
  CHECK(conversation.steps().size() == 4);
}

TEST_CASE("documents: line numbers count every line (bug 83)") {
  const auto conversation = Conversation::parse("c", "\n\n" + line("c", 0) + "\n{broken\n");
  REQUIRE(conversation.findings().size() == 1);
  CHECK(conversation.findings()[0].line == 5);
  CHECK(conversation.findings()[0].offset == line("c", 0).size() + 3);
}

TEST_CASE("documents: a newer schemaVersion is readable, and refused only on writing (bug 84)") {
  const auto text = runWith("/schemaVersion", 2);
  CHECK(kindsOf(schemaFindings(Schema::TallyRun, text)) == Kinds{Kind::NewerSchema});
  CHECK(kindsOf(schemaFindings(Schema::TallyRun, R"({"schemaVersion":3,"shape":"new"})")) == Kinds{Kind::NewerSchema});
  CHECK(kindsOf(schemaFindings(Schema::TrajectoryMeta, R"({"version":2})")) == Kinds{Kind::NewerSchema});
  CHECK_FALSE(schemaFaults(Schema::TallyRun, text).empty());
}

TEST_CASE("documents: unknown members are allowed at every depth and kept (bug 85)") {
  for (const std::string pointer :
       {"/x", "/defs/x", "/defs/metrics/relevance/llm/x", "/result/summaries/x", "/defs/metrics/relevance/llm/prompt/x",
        "/defs/evals/Tone/verdict/x", "/defs/metrics/relevance/normalization/normalizer/x", "/result/scorers/Overall/x",
        "/store/x"}) {
    CAPTURE(pointer);
    const auto text = runWith(pointer, Json{{"note", 1}});
    CHECK(schemaFaults(Schema::TallyRun, text).empty());
    CHECK(Document::parse(text).serialize() == text);
  }
}

TEST_CASE("documents: a rounding error in a score does not cost the report (bug 86)") {
  const std::string score = "/result/singleTurn/Relevance/byStepIndex/0/measurement/score";
  CHECK(schemaFaults(Schema::TallyRun, runWith(score, 1.0000000000000002)).empty());
  CHECK(schemaFaults(Schema::TallyRun, runWith(score, -1e-17)).empty());
  CHECK(schemaFaults(Schema::TallyRun, runWith(score, 1.01)).size() == 1);
  Json run = Json::parse(dataFile("run.json"));
  run["metadata"]["mean"] = std::nan("");
  CHECK(codeOf([&] { Document::of(run); }) == ErrorCode::InvalidDocument);
  CHECK(messageOf([&] { Document::of(run); }) ==
        "metadata.mean: NaN and infinities have no JSON form; leave the member out, or write null or a text there");
}

TEST_CASE("documents: a report with NaN or an infinity is not lost (bug 86)") {
  const Json::json_pointer measured("/result/singleTurn/Relevance/byStepIndex/0/measurement");
  Json run = Json::parse(dataFile("run.json"));
  run[measured]["rawValue"] = std::numeric_limits<double>::infinity();
  run["metadata"]["mean"] = std::nan("");
  CHECK(codeOf([&] { Document::of(run); }) == ErrorCode::InvalidDocument);
  const auto written = Document::of(run, NonFinite::Null);
  CHECK(schemaFaults(Schema::TallyRun, written.text()).empty());
  CHECK(written.json()[measured]["rawValue"].is_null());
  CHECK(written.json()["metadata"]["mean"].is_null());
  run[measured]["score"] = std::nan("");
  const auto faults = schemaFaults(Schema::TallyRun, Document::of(run, NonFinite::Null).text());
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].find("byStepIndex[0].measurement.score: expected a number from 0 to 1, found null") !=
        std::string::npos);
  run[measured].erase("score");
  CHECK(schemaFaults(Schema::TallyRun, Document::of(run, NonFinite::Null).text()).empty());
  CHECK(codeOf([] { Document::of(Json{{"b", Json::binary({1})}}, NonFinite::Null); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("documents: any backend and any normalizer may be named (bug 87)") {
  CHECK(schemaFaults(Schema::TallyRun, runWith("/store/backend", "acme")).empty());
  const std::string normalizer = "/defs/metrics/tone/normalization/normalizer";
  CHECK(schemaFaults(Schema::TallyRun, runWith(normalizer, {{"type", "sigmoid"}, {"note", "by hand"}})).empty());
  CHECK(schemaFaults(Schema::TallyRun, runWith(normalizer, {{"type", "custom"}, {"note", "any"}})).empty());
  CHECK(schemaFaults(Schema::TallyRun, runWith(normalizer, {{"type", "sigmoid"}})).size() == 1);
}

TEST_CASE("documents: createdAt is checked, and an eval may have any name (bug 88)") {
  CHECK(schemaFaults(Schema::TallyRun, runWith("/createdAt", "soon")).size() == 1);
  for (const std::string name : {"__proto__", "constructor", "", "a.b[0]", "\n"}) {
    Json run = Json::parse(dataFile("run.json"));
    run["defs"]["evals"][name] = run["defs"]["evals"]["Tone"];
    run["result"]["multiTurn"][name] = run["result"]["multiTurn"]["Tone"];
    CHECK(schemaFaults(Schema::TallyRun, run.dump()).empty());
    CHECK(Document::of(run).json()["defs"]["evals"].contains(name));
    run["result"]["multiTurn"][name] = 1;
    CHECK(schemaFaults(Schema::TallyRun, run.dump()).size() == 1);
  }
}

TEST_CASE("documents: one odd step trace leaves the others readable (bug 90)") {
  Json traces = Json::parse(dataFile("stepTraces.json"));
  traces[1]["end"]["reason"] = "bored";
  const auto findings = schemaFindings(Schema::StepTraces, traces.dump());
  REQUIRE(kindsOf(findings) == Kinds{Kind::InvalidDocument});
  CHECK(findings[0].detail.starts_with("[1].end.reason:"));
  CHECK(Document::parse(traces.dump()).json().size() == 2);
}

TEST_CASE("documents: a candidate's score that is NaN is refused by its name, and read as one fault (bug 90)") {
  Json traces = Json::parse(dataFile("stepTraces.json"));
  traces[1]["selection"]["candidates"] = Json::array({{{"stepId", "s"}, {"score", std::nan("")}}});
  CHECK(messageOf([&] { Document::of(traces); }).starts_with("[1].selection.candidates[0].score: NaN"));
  const auto findings = schemaFindings(Schema::StepTraces, traces.dump());  // as null
  REQUIRE(kindsOf(findings) == Kinds{Kind::InvalidDocument});
  CHECK(findings[0].detail == "[1].selection.candidates[0].score: expected a number, found null");
}

TEST_CASE("documents: unknown members of trajectory records are kept (bug 91)") {
  auto meta = Document::parse(dataFile("trajectory.meta.json"));
  meta.setMember("seed", "18446744073709551617");
  CHECK(schemaFaults(Schema::TrajectoryMeta, meta.text()).empty());
  CHECK(Document::parse(meta.serialize()).member("seed") == "18446744073709551617");
}

TEST_CASE("documents: a date must be a date (bug 92)") {
  for (const std::string date : {"1", "2026", "Jan 1 2026", "2026-01-19", "2026-02-30T00:00:00Z"}) {
    CAPTURE(date);
    auto meta = Document::parse(dataFile("trajectory.meta.json"));
    meta.setMember("createdAt", "\"" + date + "\"");
    CHECK(schemaFaults(Schema::TrajectoryMeta, meta.text()).size() == 1);
  }
}
