#include <algorithm>
#include <atomic>

#include "parallel.hpp"
#include "store_cases.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

/// A valid evaluation report; `evals` are members of defs.evals, `more` further members, beginning with a comma.
std::string reportText(const std::string& evals = "", const std::string& more = "", int version = 1) {
  return R"({"schemaVersion":)" + std::to_string(version) +
         R"(,"runId":"r","createdAt":"2026-03-01T09:20:00.000Z","defs":{"metrics":{},"evals":{)" + evals +
         R"(},"scorers":{}},"result":{"stepCount":0,"singleTurn":{},"multiTurn":{},"scorers":{}})" + more + "}";
}
Document report(const std::string& more = "") { return Document::parse(reportText("", more)); }

std::string trajectoryText() {
  return R"({"runId":"r","conversationId":"c","timestamp":"2026-03-01T09:15:02.120Z","goal":"g",)"
         R"("persona":{"description":"p"},"completed":true,"reason":"goal-reached","totalTurns":1,)"
         R"("stepCount":1,"stepsCompleted":1})";
}

ConversationRef conversationOf(Context& context) { return storeOf(context).createConversation("c"); }

RunRef newRun(const ConversationRef& conversation, const std::string& id, RunType type = RunType::Tally) {
  CreateRunOptions options;
  options.id = id;
  options.type = type;
  return conversation.createRun(options);
}

RunRef savedRun(const ConversationRef& conversation, const std::string& id) {
  RunRef run = newRun(conversation, id);
  Document document = report();
  run.save(document);
  return run;
}

// (bug 38) Whatever lay below was a run or a conversation.
void onlyRuns(Context& context) {
  const auto conversation = conversationOf(context);
  savedRun(conversation, "b");
  savedRun(conversation, "a");
  for (const auto* name : {"x.tmp", ".DS_Store", "index.json", "sub/x.json", ".hidden.json", "notes.txt"}) {
    context.storage().write(path::join({"conversations/c/runs/tally", name}), "{}");
  }
  std::vector<std::string> ids;
  for (const auto& run : conversation.listRuns()) ids.push_back(run.id());
  expectNames("listRuns beside other files", ids, {"a", "b"});
}

void sameIdTwice(Context& context) {
  const auto conversation = conversationOf(context);
  savedRun(conversation, "r");
  Document trajectory = Document::parse(trajectoryText());
  newRun(conversation, "r", RunType::Trajectory).save(trajectory);
  for (const auto type : {RunType::Tally, RunType::Trajectory}) {
    const auto found = conversation.getRun(type, "r");
    expect(found.has_value(), "getRun of 'r' by type: found nothing");
    expectBytes("its type", nameOf(found->type()), nameOf(type));
  }
  expectError(ErrorCode::InvalidArgument, "getRun by an id that two types have", [&] { conversation.getRun("r"); });
  expectEqual<std::size_t>("runs", conversation.listRuns().size(), 2);
}

void timeOfId(Context& context) {
  const auto conversation = conversationOf(context);
  expect(!newRun(conversation, "2024-12-my-run").timestamp(), "timestamp of '2024-12-my-run': invented");
  expect(newRun(conversation, "run-1768843769100-kla25ar").timestamp().has_value(),
         "timestamp of 'run-1768843769100-kla25ar': not found");
}

void existingId(Context& context) {
  const auto conversation = conversationOf(context);
  const RunRef first = newRun(conversation, "r");  // a reference from before the other one was saved
  savedRun(conversation, "r");
  const std::string stored = context.storage().read("conversations/c/runs/tally/r.json");
  expectError(ErrorCode::AlreadyExists, "createRun with an existing id", [&] { newRun(conversation, "r"); });
  Document other = report(R"(,"metadata":{"other":true})");
  expectError(ErrorCode::AlreadyExists, "save of a fresh run over another one", [&] { first.save(other); });
  expectContent(context.storage(), "conversations/c/runs/tally/r.json", stored);
}

void twoSavers(Context& context) {
  const RunRef run = savedRun(conversationOf(context), "r");
  for (int round = 0; round < 50; ++round) {
    Document copies[2] = {run.load(), run.load()};
    std::atomic<int> conflicts{0};
    inThreads(2, [&](unsigned i) {
      copies[i].setMember("metadata", "{\"by\":" + std::to_string(2 * round + static_cast<int>(i)) + "}");
      try {
        run.save(copies[i]);
      } catch (const Error& error) {
        expectErrorAmong({ErrorCode::Conflict}, "one of two saves of the same run", &error);
        ++conflicts;
      }
    });
    expectEqual("conflicts of two saves of the same run", conflicts.load(), 1);
  }
}

void newerSchema(Context& context) {
  const auto conversation = conversationOf(context);
  const std::string newer = reportText("", R"(,"new":{"kept":[1]})", 2);
  context.storage().write("conversations/c/runs/tally/r.json", newer);
  const auto run = conversation.getRun(RunType::Tally, "r");
  expect(run.has_value(), "getRun of a newer report: found nothing");
  const Document loaded = run->load();
  expect(hasFinding(loaded.findings(), Finding::Kind::NewerSchema), "load: does not report the newer schemaVersion");
  expectBytes("the text of a newer report", loaded.text(), newer);
}

void oddNumbers(Context& context) {
  const RunRef run = savedRun(conversationOf(context), "r");
  const std::string text =
      reportText("", R"(,"metadata":{"score":1.0000000000000002,"big":9007199254740993,"e":1e400})");
  Document document = Document::parse(text);
  run.overwrite(document);
  expectBytes("a report with odd numbers", run.load().text(), text);
  expectError(ErrorCode::InvalidDocument, "a report with NaN", [] { Document::parse(R"({"score":NaN})"); });
}

void anyEvalName(Context& context) {
  const RunRef run = savedRun(conversationOf(context), "r");
  std::string evals;
  for (const auto* name : {"__proto__", "constructor", "", "a.b", "\\u0000"}) {
    evals += std::string(evals.empty() ? "" : ",") + "\"" + name +
             R"(":{"name":"n","kind":"singleTurn","outputShape":"scalar","metric":"m"})";
  }
  Document document = Document::parse(reportText(evals));
  run.overwrite(document);
  expectBytes("a report with odd eval names", run.load().text(), reportText(evals));
}

}  // namespace

std::vector<Case> storeRunCases() {
  return {
      {"Q11", "store: listRuns shows runs and no other files", onlyRuns},
      {"Q12", "store: runs of one id and two types are both reachable", sameIdTwice},
      {"Q13", "store: no time is invented from a run's id", timeOfId},
      {"Q14", "store: a run is never created over another", existingId},
      {"Q15", "store: of two saves of one run, one is a Conflict", twoSavers, Capability::IfVersion},
      {"Q16", "store: a report of a newer schemaVersion is readable", newerSchema},
      {"Q17", "store: odd numbers do not cost the report", oddNumbers},
      {"Q18", "store: an eval may have any name", anyEvalName},
  };
}

}  // namespace tally::conformance
