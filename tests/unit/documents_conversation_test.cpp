#include <nlohmann/json.hpp>
#include <string>

#include "documents/index_runs.hpp"
#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

using tally::Conversation;
using tally::ErrorCode;
using tally::Finding;
using tally::Json;
using tally::Step;
using tally::test::codeOf;
using tally::test::dataFile;
using tally::test::kindsOf;
using tally::test::line;
using tally::test::messageOf;
using tally::test::step;
using tally::test::stepText;
using Kinds = std::vector<Finding::Kind>;
using Kind = Finding::Kind;

namespace {
// The line of a conversation without steps.
std::string head(const std::string& id, const std::string& metadata) {
  return "{\"conversationId\":\"" + id + "\",\"conversationMetadata\":" + metadata + "}\n";
}
}  // namespace

TEST_CASE("documents: a step gives its members as they are written") {
  const auto text = stepText(7, R"(,"id":"a\n","timestamp":"2026-01-01T00:00:00.123456789+05:30","x":1.10)");
  const Step step = Step::parse(text);
  CHECK(step.index() == 7);
  CHECK(step.input() == R"({"role":"user","content":"hi"})");
  CHECK(step.output() == R"([{"role":"assistant","content":"ho"}])");
  CHECK(step.id() == "a\n");
  CHECK(step.timestamp() == "2026-01-01T00:00:00.123456789+05:30");
  CHECK(step.member("x") == "1.10");
  CHECK(step.text() == text);
  CHECK(Step(step).input() == step.input());
  CHECK(Step::of(step.json()).json() == step.json());
}

TEST_CASE("documents: what is no step is refused with the member's name") {
  struct Row {
    std::string text, fault;
  };
  const Row rows[] = {
      {"[]", "expected an object"},
      {"{}", "stepIndex: expected a whole number from 0, found nothing"},
      {R"({"stepIndex":-1,"input":{},"output":[]})", "stepIndex: expected a whole number from 0, found -1"},
      {R"({"stepIndex":1.5,"input":{},"output":[]})", "found 1.5"},
      {R"({"stepIndex":1e400,"input":{},"output":[]})", "found 1e400"},
      {R"({"stepIndex":"1","input":{},"output":[]})", "found \"1\""},
      {R"({"stepIndex":1,"input":[],"output":[]})", "input: expected an object, found an array"},
      {R"({"stepIndex":1,"output":[]})", "input: expected an object, found nothing"},
      {R"({"stepIndex":1,"input":{},"output":{}})", "output: expected an array of objects, found an object"},
      {R"({"stepIndex":1,"input":{},"output":[{},null]})", "output: expected an array of objects"},
      {stepText(1, R"(,"id":1)"), "id: expected text, found 1"},
      {stepText(1, R"(,"metadata":null)"), "metadata: expected an object, found null"},
      {stepText(1, R"(,"timestamp":true)"), "timestamp: expected text or a number, found true"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(codeOf([&] { Step::parse(row.text); }) == ErrorCode::InvalidDocument);
    CHECK(messageOf([&] { Step::parse(row.text); }).find(row.fault) != std::string::npos);
  }
  CHECK(Step::parse(R"({"stepIndex":3.0e0,"input":{},"output":[]})").index() == 3);
}

TEST_CASE("documents: a file of the original's form is read whole and comes back byte for byte") {
  const std::string file = dataFile("conversation.jsonl");
  const auto conversation = Conversation::parse("clock-golden", file);
  CHECK(conversation.findings().empty());
  CHECK(conversation.steps().size() == 3);
  CHECK(conversation.id() == "clock-golden");
  CHECK(conversation.metadata() == R"({"title":"Clock","tags":["time"]})");
  CHECK(conversation.serialize() == file);
  CHECK_FALSE(conversation.stored());
}

TEST_CASE("documents: odd files are read as far as they go, reported with true positions and kept") {
  const std::string ok = line("c", 0), next = line("c", 1), foreign = line("d", 1);
  struct Row {
    std::string what, file;
    Kinds findings;
    std::size_t steps, line, offset;
  };
  const Row rows[] = {
      {"nothing", "", {}, 0, 0, 0},
      {"blank lines", "\n \n\r\n" + ok + "\n", {}, 1, 0, 0},
      {"CRLF", stepText(0) + "\r\n" + stepText(1) + "\r\n", {}, 2, 0, 0},
      {"no last line feed", ok + stepText(1), {}, 2, 0, 0},
      {"byte order mark", "\xEF\xBB\xBF" + ok, {Kind::ByteOrderMark}, 1, 1, 0},
      {"null line", ok + "null\n" + next, {Kind::InvalidLine}, 2, 2, ok.size()},
      {"broken line", "\n" + ok + "{\"a\":\n" + next, {Kind::InvalidLine}, 2, 3, ok.size() + 1},
      {"invalid UTF-8", ok + "{\"a\":\"\xFF\"}\n" + next, {Kind::InvalidLine}, 2, 2, ok.size()},
      {"torn last line", ok + next.substr(0, 20), {Kind::TornLastLine}, 1, 2, ok.size()},
      {"no step", ok + "{\"stepIndex\":-1}\n", {Kind::InvalidStep}, 1, 2, ok.size()},
      {"other conversation", ok + foreign, {Kind::ForeignConversation}, 2, 2, ok.size()},
      {"doubled index", ok + ok, {Kind::StepOrder}, 2, 2, ok.size()},
      {"doubled index, then on", ok + next + line("c", 1) + line("c", 2), {Kind::StepOrder}, 4, 3, 2 * ok.size()},
      {"gap", ok + line("c", 5) + line("c", 6), {Kind::StepOrder}, 3, 2, ok.size()},
      {"begins late", next + line("c", 2), {Kind::StepOrder}, 2, 1, 0},
      {"out of order", next + ok + line("c", 1), {Kind::StepOrder, Kind::StepOrder, Kind::StepOrder}, 3, 1, 0},
      {"no steps", "{\"conversationId\":\"c\"}\n", {}, 0, 0, 0},
      {"big numbers", stepText(0, R"(,"n":[1e400,123456789012345678901234567890])") + "\n", {}, 1, 0, 0},
      {"half a surrogate pair", stepText(0, R"(,"n":"\ud83d")") + "\n", {}, 1, 0, 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto conversation = Conversation::parse("c", row.file);
    CHECK(kindsOf(conversation.findings()) == row.findings);
    CHECK(conversation.steps().size() == row.steps);
    CHECK(conversation.serialize() == row.file);
    if (row.findings.empty() || conversation.findings().empty()) continue;
    CHECK(conversation.findings()[0].line == row.line);
    CHECK(conversation.findings()[0].offset == row.offset);
    CHECK_FALSE(conversation.findings()[0].detail.empty());
  }
}

TEST_CASE("documents: numbers that were seen take room for each gap, not for each number") {
  tally::detail::IndexRuns seen;
  for (int i = 100; i < 200; ++i) CHECK(seen.add(i));
  CHECK(seen.runs() == 1);
  for (const int index : {5, 3, 250}) CHECK(seen.add(index));
  CHECK(seen.runs() == 4);
  CHECK(seen.add(4));
  CHECK(seen.runs() == 3);
  for (int i = 249; i >= 200; --i) CHECK(seen.add(i));
  CHECK(seen.runs() == 2);
  for (const int index : {3, 4, 5, 100, 199, 225, 250}) CHECK_FALSE(seen.add(index));
  CHECK(seen.add(0));
}

TEST_CASE("documents: a new conversation is written as the original writes it") {
  Conversation conversation("c");
  conversation.setMetadata(R"({ "title" : 1.10 })");
  conversation.add(Step::parse("{ \"stepIndex\" : 0,\n \"input\":{}, \"output\":[] }"));
  conversation.add(step(1, R"(,"conversationId":"c","late":1)"));
  CHECK(conversation.serialize() ==
        "{\"stepIndex\":0,\"input\":{},\"output\":[],\"conversationId\":\"c\","
        "\"conversationMetadata\":{\"title\":1.10}}\n" +
            stepText(1, R"(,"conversationId":"c","late":1)") + "\n");
  const auto again = Conversation::parse("c", conversation.serialize());
  CHECK(again.steps() == conversation.steps());
  CHECK(again.metadata() == R"({"title":1.10})");
  CHECK(again.findings().empty());
}

TEST_CASE("documents: a conversation without steps is one line with id and metadata") {
  Conversation conversation("c");
  CHECK(conversation.serialize() == "{\"conversationId\":\"c\"}\n");
  conversation.setMetadata("{}");
  CHECK(conversation.serialize() == "{\"conversationId\":\"c\",\"conversationMetadata\":{}}\n");
  auto again = Conversation::parse("folder", conversation.serialize());
  CHECK(again.id() == "c");
  CHECK(again.metadata() == "{}");
  again.add(step(0));
  CHECK(again.serialize() == conversation.serialize() + line("c", 0));
}

TEST_CASE("documents: adding touches no other line, and finishes the last one first") {
  for (const std::string& before : {line("c", 0), stepText(0), std::string("\n"), std::string(), line("c", 0) + "{\"to",
                                    line("c", 0) + "null\r\n", std::string("\xEF\xBB\xBF")}) {
    CAPTURE(before);
    auto conversation = Conversation::parse("c", before);
    conversation.add(step(9));
    const bool is_open = !before.empty() && before.back() != '\n' && before != "\xEF\xBB\xBF";
    CHECK(conversation.serialize() == before + (is_open ? "\n" : "") + line("c", 9));
    CHECK(conversation.serializeStep(step(9)) == line("c", 9));
  }
}

TEST_CASE("documents: a step of another conversation is refused") {
  Conversation conversation("c");
  const auto foreign = step(0, R"(,"conversationId":"d")");
  CHECK(codeOf([&] { conversation.add(foreign); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { (void)conversation.serializeStep(foreign); }) == ErrorCode::InvalidDocument);
  CHECK(conversation.steps().empty());
  auto file = Conversation::parse("c", line("c", 0));
  CHECK(codeOf([&] { file.replace(0, foreign); }) == ErrorCode::InvalidDocument);
  CHECK(file.serialize() == line("c", 0));
}

TEST_CASE("documents: replace and remove touch one line and keep the metadata on the first") {
  const std::string meta = R"(,"conversationMetadata":{"a":1})";
  const std::string first = line("c", 0, meta);
  auto conversation = Conversation::parse("c", "oops\n" + first + line("c", 1) + line("c", 2));
  conversation.replace(1, step(1, R"(,"x":1)"));
  CHECK(conversation.serialize() == "oops\n" + first + line("c", 1, R"(,"x":1)") + line("c", 2));
  conversation.replace(0, step(0, R"(,"y":1)"));
  CHECK(conversation.serialize() == "oops\n" + stepText(0, R"(,"y":1,"conversationId":"c")" + meta) + "\n" +
                                        line("c", 1, R"(,"x":1)") + line("c", 2));
  conversation.remove(0);
  CHECK(conversation.steps()[0].index() == 1);
  CHECK(conversation.serialize() ==
        "oops\n" + stepText(1, R"(,"x":1,"conversationId":"c")" + meta) + "\n" + line("c", 2));
  conversation.remove(1);
  conversation.remove(0);
  CHECK(conversation.serialize() == "{\"conversationId\":\"c\",\"conversationMetadata\":{\"a\":1}}\noops\n");
  CHECK(codeOf([&] { conversation.remove(0); }) == ErrorCode::InvalidArgument);
  CHECK(codeOf([&] { conversation.replace(0, step(0)); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("documents: setting metadata touches the first object only") {
  auto conversation = Conversation::parse("c", "null\n{\"conversationId\":\"c\" , \"n\":1e400}\r\n" + line("c", 0));
  conversation.setMetadata("{\n\"a\":1}");
  CHECK(conversation.serialize() ==
        "null\n{\"conversationId\":\"c\" , \"n\":1e400, \"conversationMetadata\":{\"a\":1}}\r\n" + line("c", 0));
  conversation.setMetadata(std::nullopt);
  CHECK(conversation.serialize() == "null\n{\"conversationId\":\"c\" , \"n\":1e400}\r\n" + line("c", 0));
  CHECK(codeOf([&] { conversation.setMetadata("[]"); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([&] { conversation.setMetadata("{"); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("documents: removing or replacing the first step changes no other line's conversationMetadata") {
  const std::string own = R"(,"conversationMetadata":{"stale":1})", odd = R"(,"conversationMetadata":7)";
  const std::string second = line("c", 1, " " + own);
  auto plain = Conversation::parse("c", line("c", 0) + second);
  plain.remove(0);
  CHECK(plain.serialize() == "{\"conversationId\":\"c\"}\n" + second);
  CHECK_FALSE(Conversation::parse("c", plain.serialize()).metadata().has_value());
  auto titled = Conversation::parse("c", line("c", 0, R"(,"conversationMetadata":{"a":1})") + second);
  titled.remove(0);
  CHECK(titled.serialize() == head("c", R"({"a":1})") + second);
  titled.add(step(2));
  titled.remove(0);
  CHECK(titled.metadata() == R"({"a":1})");
  CHECK(Conversation::parse("c", titled.serialize()).metadata() == R"({"a":1})");

  auto strange = Conversation::parse("c", line("c", 0, odd) + line("c", 1, " "));
  strange.replace(0, step(5));
  CHECK(strange.serialize() == stepText(5, R"(,"conversationId":"c")" + odd) + "\n" + line("c", 1, " "));
  strange.remove(0);
  CHECK(strange.serialize() == stepText(1, R"( ,"conversationId":"c")" + odd) + "\n");

  const std::string odd_head = head("c", "7");
  strange.remove(0);
  CHECK(strange.serialize() == odd_head);
  auto both = Conversation::parse("c", line("c", 0, odd) + second);
  both.remove(0);
  CHECK(both.serialize() == odd_head + second);
  auto last = Conversation::parse("c", "oops\n" + line("c", 0, odd) + "oops");
  last.remove(0);
  CHECK(last.serialize() == "oops\n" + odd_head + "oops");
}

TEST_CASE("documents: metadata that would make a line too deep is refused, and nothing changes") {
  const auto deep = [](std::size_t levels) {
    return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  for (const std::string& file : {line("c", 0, R"(,"conversationMetadata":{"a":1})"), head("c", R"({"a":1})")}) {
    auto conversation = Conversation::parse("c", file);
    CHECK(codeOf([&] { conversation.setMetadata(deep(1024)); }) == ErrorCode::InvalidDocument);
    CHECK(conversation.metadata() == R"({"a":1})");
    CHECK(conversation.serialize() == file);
    conversation.setMetadata(deep(1023));
    CHECK(Conversation::parse("c", conversation.serialize()).metadata() == deep(1023));
  }
  Conversation fresh("c");
  CHECK(codeOf([&] { fresh.setMetadata(deep(1024)); }) == ErrorCode::InvalidDocument);
  CHECK_FALSE(fresh.metadata().has_value());
}

TEST_CASE("documents: every small document comes back byte for byte") {
  for (const std::string name :
       {"meta.json", "trajectory.meta.json", "stepTraces.json", "run.json", "trajectory_run.json"}) {
    CAPTURE(name);
    const std::string file = dataFile(name);
    CHECK(tally::Document::parse(file).serialize() == file);
    const std::string marked = "\xEF\xBB\xBF" + file + "\n";
    auto document = tally::Document::parse(marked);
    CHECK(document.serialize() == marked);
    CHECK(kindsOf(document.findings()) == Kinds{Kind::ByteOrderMark});
  }
  CHECK(codeOf([] { tally::Document::parse("5"); }) == ErrorCode::InvalidDocument);
  CHECK(codeOf([] { tally::Document::parse("{"); }) == ErrorCode::InvalidDocument);
}

TEST_CASE("documents: meta.json is written as the original writes it") {
  const auto time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1768843391787));
  CHECK(tally::Document::conversationMeta("a\"b", time).text() ==
        "{\n  \"id\": \"a\\\"b\",\n  \"createdAt\": \"2026-01-19T17:23:11.787Z\"\n}");
}
