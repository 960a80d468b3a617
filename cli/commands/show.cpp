#include <memory>

#include "commands/command.hpp"
#include "findings.hpp"
#include "step_print.hpp"
#include "step_view.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

struct ShowOptions {
  std::string id;
  std::optional<std::int64_t> step;
  std::uint64_t last = 0;
  bool full = false;
  bool strict = false;
};

std::vector<const Step*> chosenSteps(Context& context, const Conversation& conversation, const ShowOptions& options) {
  std::vector<const Step*> chosen;
  for (const auto& step : conversation.steps()) {
    if (!options.step || step.index() == *options.step) chosen.push_back(&step);
  }
  if (options.step && chosen.empty()) {
    warnOf(context, conversation.findings());  // the step may be in a line that could not be read
    throw Error(ErrorCode::NotFound, fmt::format("conversation '{}' has no step {}; it has {} step(s)", options.id,
                                                 *options.step, conversation.steps().size()));
  }
  if (options.last != 0 && options.last < chosen.size()) {
    chosen.erase(chosen.begin(), chosen.end() - static_cast<std::ptrdiff_t>(options.last));
  }
  return chosen;
}

/// Steps go out as the text they are stored as, so that no number or member order changes on the way.
void printJson(Context& context, const Conversation& conversation, const std::vector<const Step*>& steps,
               const std::vector<Finding>& findings) {
  auto& out = context.out;
  out.print("{{\"id\":{},\"metadata\":{},\"steps\":[", jsonText(conversation.id()),
            conversation.metadata().value_or("null"));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    out.write(i == 0 ? "" : ",");
    out.write(steps[i]->text());
  }
  out.print("],\"findings\":{}}}\n", jsonText(findingsJson(findings)));
}

void printTable(Context& context, const std::vector<const Step*>& steps) {
  Table table({{"STEP", Align::Right}, {"ROLE"}, {"TEXT", Align::Left, true}});
  for (const auto* step : steps) {
    std::string index = std::to_string(step->index());
    for (const auto& message : messagesOf(*step)) {
      table.add({index, {message.role, toneOf(message.role)}, squeezed(message.text)});
      index.clear();
    }
  }
  table.print(context.out, context.style());
}

ExitCode show(Context& context, const ShowOptions& options) {
  const auto reference = context.conversation(options.id);
  const auto conversation = reference.load(context.call());
  const auto steps = chosenSteps(context, conversation, options);
  auto findings = metaFindings(context, reference);
  findings.insert(findings.end(), conversation.findings().begin(), conversation.findings().end());
  if (context.options.json) {
    printJson(context, conversation, steps, findings);
  } else if (steps.empty()) {
    context.note(fmt::format("conversation '{}' has no steps yet", options.id));
  } else if (options.full) {
    for (const auto* step : steps) printFull(context, *step);
  } else {
    printTable(context, steps);
  }
  warnOf(context, findings);
  return judge(findings, options.strict);
}

}  // namespace

void registerShow(CLI::App& app, Context& context) {
  auto options = std::make_shared<ShowOptions>();
  auto& command = addCommand(app, {"show",
                                   "Show the steps of a conversation, one line a message. Odd lines and a damaged "
                                   "meta.json are reported as warnings.",
                                   {"tally show conv-1", "tally show conv-1 --last 2 --full",
                                    "tally show conv-1 --json | jq '.steps[].input'"},
                                   plus(kStoreExitCodes, {ExitCode::Data})});
  command.add_option("CONV", options->id, "Id of the conversation")->required();
  auto* step = command.add_option("--step", options->step, "Only the step with this stepIndex")
                   ->type_name("N")
                   ->check(checkCount);
  command.add_option("--last", options->last, "Only the last N steps; 0 for all")
      ->type_name("N")
      ->check(checkCount)
      ->excludes(step);
  command.add_flag("--full", options->full, "Whole texts instead of one line a message");
  command.add_flag("--strict", options->strict, "Exit with 7 if there are findings");
  command.callback([options, &context] { context.action = [options, &context] { return show(context, *options); }; });
}

}  // namespace tally::cli
