#include <algorithm>
#include <memory>

#include "commands/command.hpp"
#include "findings.hpp"
#include "json_tree.hpp"
#include "report_summary.hpp"
#include "run_choice.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

struct ReportOptions {
  std::string conversation, run, type, fail_on;
  bool steps = false;
  bool strict = false;
};

template <typename T>
Json orNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json evalJson(const EvalSummary& eval, bool with_steps) {
  Json row = {{"name", eval.name},
              {"kind", eval.kind},
              {"count", eval.count},
              {"meanScore", orNull(eval.mean)},
              {"meanRaw", orNull(eval.raw_mean)},
              {"passRate", orNull(eval.pass_rate)},
              {"failRate", orNull(eval.fail_rate)},
              {"unknownRate", orNull(eval.unknown_rate)},
              {"verdict", eval.verdict.empty() ? Json() : Json(eval.verdict)},
              {"threshold", eval.threshold.empty() ? Json() : Json(eval.threshold)}};
  if (!with_steps) return row;
  Json values = Json::array();
  for (const auto& value : eval.values) {
    values.push_back(
        {{"score", orNull(value.score)}, {"verdict", value.verdict.empty() ? Json() : Json(value.verdict)}});
  }
  row["values"] = std::move(values);
  return row;
}

Tone toneOf(std::string_view verdict) {
  if (verdict == "pass") return Tone::Good;
  if (verdict == "fail") return Tone::Bad;
  return verdict == "unknown" ? Tone::Warning : Tone::Plain;
}

std::string rate(const std::optional<double>& value) { return value ? fmt::format("{:.0f}%", *value * 100) : "-"; }
std::string score(const std::optional<double>& value) { return value ? fmt::format("{:.3f}", *value) : "-"; }
std::string orDash(const std::string& text) { return text.empty() ? "-" : text; }

void printEvals(Context& context, const std::vector<EvalSummary>& evals) {
  Table table({{"EVAL", Align::Left, true},
               {"KIND"},
               {"COUNT", Align::Right},
               {"MEAN", Align::Right},
               {"RAW", Align::Right},
               {"PASS", Align::Right},
               {"FAIL", Align::Right},
               {"UNKNOWN", Align::Right},
               {"VERDICT"},
               {"THRESHOLD"}});
  for (const auto& eval : evals) {
    table.add({eval.name,
               orDash(eval.kind),
               std::to_string(eval.count),
               score(eval.mean),
               score(eval.raw_mean),
               rate(eval.pass_rate),
               rate(eval.fail_rate),
               rate(eval.unknown_rate),
               {orDash(eval.verdict), toneOf(eval.verdict)},
               orDash(eval.threshold)});
  }
  table.print(context.out, context.style());
}

void printSteps(Context& context, const std::vector<EvalSummary>& evals) {
  std::vector<Column> columns = {{"STEP", Align::Right}};
  std::size_t steps = 0;
  for (const auto& eval : evals) {
    if (!eval.by_step) continue;
    columns.push_back({eval.name, Align::Right});
    steps = std::max(steps, eval.values.size());
  }
  Table table(std::move(columns));
  for (std::size_t step = 0; step < steps; ++step) {
    std::vector<Cell> row = {std::to_string(step)};
    for (const auto& eval : evals) {
      if (!eval.by_step) continue;
      const auto value = step < eval.values.size() ? eval.values[step] : EvalValue();
      const auto verdict = value.verdict.empty() ? "" : " " + value.verdict;
      row.emplace_back(score(value.score) + verdict, toneOf(value.verdict));
    }
    table.add(std::move(row));
  }
  context.out.write("\n");
  table.print(context.out, context.style());
}

/// A run of another kind has no evals: its plain members in a table, the others by size.
void printMembers(Context& context, const Json& run) {
  Table table({{"MEMBER"}, {"VALUE", Align::Left, true}});
  for (const auto& item : run.items()) {
    const auto& value = item.value();
    std::string text = value.is_string() ? value.get<std::string>() : jsonText(value);
    if (value.is_array()) text = fmt::format("{} item(s)", value.size());
    table.add({item.key(), squeezed(text)});
  }
  table.print(context.out, context.style());
}

/// When the run was made; the two kinds have different names for it.
std::string createdAt(const Json& run) {
  for (const auto* name : {"createdAt", "timestamp"}) {
    const auto found = run.is_object() ? run.find(name) : run.end();
    if (run.is_object() && found != run.end() && found->is_string()) return found->get<std::string>();
  }
  return "";
}

/// A run, and among how many it was found as the latest; 0 where it was named.
struct ChosenRun {
  RunRef run;
  std::size_t latest_of = 0;
};

/// Errors: those of chosenRun; NotFound if there is none to be the latest.
ChosenRun choose(Context& context, const ReportOptions& options) {
  const auto conversation = context.conversation(options.conversation);
  if (!options.run.empty()) return {chosenRun(context, conversation, options.run, options.type)};
  const auto type = options.type.empty() ? std::string(nameOf(RunType::Tally)) : options.type;
  const auto runs = runsOf(context, conversation, type);
  if (!runs.empty()) return {newestRuns(runs, 1).front(), runs.size()};
  auto message = fmt::format("conversation '{}' has no {} run yet", conversation.id(), type);
  if (const auto others = runsOf(context, conversation, "").size(); others != 0) {
    const auto other = type == nameOf(RunType::Tally) ? RunType::Trajectory : RunType::Tally;
    message += fmt::format("; {} of the other kind: --type {}", others, nameOf(other));
  }
  throw Error(ErrorCode::NotFound, message);
}

void printHead(Context& context, const ChosenRun& chosen, const Json& report) {
  const auto created = createdAt(report);
  context.out.print("{} run {}{}{}\n\n", nameOf(chosen.run.type()), escaped(chosen.run.id()),
                    created.empty() ? std::string() : ", created " + escaped(created),
                    chosen.latest_of == 0 ? std::string() : fmt::format(", the latest of {}", chosen.latest_of));
}

void printReport(Context& context, const ChosenRun& chosen, const Json& report, const std::vector<EvalSummary>& evals,
                 bool steps) {
  const auto& run = chosen.run;
  printHead(context, chosen, report);
  if (run.type() == RunType::Trajectory) {
    printMembers(context, report);
  } else if (evals.empty()) {
    context.note("the report holds no evals");
  } else {
    printEvals(context, evals);
    if (steps) printSteps(context, evals);
  }
}

Json reportJson(const ReportOptions& options, const RunRef& run, const Json& content,
                const std::vector<EvalSummary>& evals) {
  Json rows = Json::array();
  for (const auto& eval : evals) rows.push_back(evalJson(eval, options.steps));
  const auto created = createdAt(content);
  const auto verdict = verdictOf(evals);
  Json report = {{"conversation", options.conversation},
                 {"run", run.id()},
                 {"type", nameOf(run.type())},
                 {"createdAt", created.empty() ? Json() : Json(created)},
                 {"verdict", verdict.empty() ? Json() : Json(verdict)},
                 {"evals", std::move(rows)}};
  if (run.type() == RunType::Trajectory) report["document"] = content;
  return report;
}

/// Whether --fail-on met the verdict, and a warning that says by which evals. With "unknown" a failure counts too, and
/// a report without any verdict.
bool meets(Context& context, const std::string& fail_on, const std::vector<EvalSummary>& evals) {
  const auto verdict = verdictOf(evals);
  if (fail_on.empty() || verdict == "pass" || (fail_on == "fail" && verdict != "fail")) return false;
  std::string names;
  for (const auto& eval : evals) {
    const auto one = verdictOf(eval);
    if (one == "fail" || one == fail_on) names += fmt::format("\n  {}: {}", eval.name, one);
  }
  context.warn(names.empty() ? "--fail-on: the report has no verdict" : "--fail-on: not all evals passed" + names);
  return true;
}

void refuseFailOn(const ReportOptions& options, const RunRef& run) {
  if (options.fail_on.empty() || run.type() == RunType::Tally) return;
  throw UsageError(fmt::format("--fail-on is for evaluations; '{}' is a trajectory run and has no verdict", run.id()));
}

ExitCode report(Context& context, const ReportOptions& options) {
  const auto chosen = choose(context, options);
  refuseFailOn(options, chosen.run);
  const auto document = chosen.run.load(context.call());
  const auto content = treeOf(document.text());
  const auto evals = summarise(content);
  if (context.options.json) {
    auto json = reportJson(options, chosen.run, content, evals);
    json["findings"] = findingsJson(document.findings());
    context.printJson(json);
  } else {
    printReport(context, chosen, content, evals, options.steps);
  }
  warnOf(context, document.findings());
  const bool met = meets(context, options.fail_on, evals);
  const auto findings = judge(document.findings(), options.strict);
  return findings == ExitCode::Ok && met ? ExitCode::Verdict : findings;
}

}  // namespace

void registerReport(CLI::App& app, Context& context) {
  auto options = std::make_shared<ReportOptions>();
  auto& command = addCommand(
      app, {"report",
            "Show a run: for each eval count, mean score, rates and verdict. The verdict is fail if any value failed.",
            {"tally report conv-1", "tally report conv-1 run-1 --steps", "tally report conv-1 --fail-on fail --json"},
            plus(kStoreExitCodes, {ExitCode::Data, ExitCode::Verdict})});
  command.add_option("CONV", options->conversation, "Id of the conversation")->required();
  command.add_option("RUN", options->run, "Id of the run; default: the latest, by the time in its id");
  addRunType(command, options->type, "Kind of run: where both kinds have one of that id, and for the latest");
  command.add_flag("--steps", options->steps, "Also every value, one row a step");
  command
      .add_option("--fail-on", options->fail_on,
                  "Exit with 9 if any eval failed; with unknown also if one has no verdict where it should")
      ->check(CLI::IsMember({"fail", "unknown"}))
      ->type_name("fail|unknown");
  command.add_flag("--strict", options->strict, "Exit with 7 if there are findings");
  command.callback([options, &context] { context.action = [options, &context] { return report(context, *options); }; });
}

}  // namespace tally::cli
