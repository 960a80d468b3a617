#include <memory>

#include "commands/command.hpp"
#include "findings.hpp"
#include "following.hpp"
#include "step_print.hpp"

namespace tally::cli {
namespace {

struct FollowStepsCommandOptions {
  std::string id;
  bool full = false;
  FollowingOptions following;
};

/// Steps go out as the text they are stored as, as in `show --json`.
void printJson(Context& context, const FollowedStep& found, const std::string& cursor) {
  const std::string event = found.step                         ? "step"
                            : found.event == FollowEvent::Data ? "findings"
                                                               : nameOfEvent(found.event);
  auto& out = context.out;
  out.print("{{\"event\":{}", jsonText(event));
  if (found.step) out.print(",\"step\":{}", found.step->text());
  out.print(",\"findings\":{},\"cursor\":{}}}\n", jsonText(findingsJson(found.findings)), jsonText(cursor));
}

void print(Context& context, const FollowStepsCommandOptions& options, const FollowedStep& found) {
  if (found.step && options.full) printFull(context, *found.step);
  if (found.step && !options.full) printLines(context, *found.step);
  warnOf(context, found.findings);
  noteEvent(context, found.event, fmt::format("conversation '{}'", options.id));
}

ExitCode follow(Context& context, const FollowStepsCommandOptions& options) {
  const Interrupt interrupt;
  const FollowStepsOptions how{options.following.from_end, options.following.cursor};
  auto follower = context.conversation(options.id).follow(how, context.call());
  const auto next = [&](const Call& call) {
    const auto found = follower.next(call);
    if (found.event == FollowEvent::Nothing) return found.event;
    context.options.json ? printJson(context, found, follower.cursor()) : print(context, options, found);
    return found.event;
  };
  return followToTheEnd(context, interrupt, options.following, {next, [&] { return follower.cursor(); }});
}

}  // namespace

void registerFollow(CLI::App& app, Context& context) {
  auto options = std::make_shared<FollowStepsCommandOptions>();
  auto& command = addCommand(
      app, {"follow",
            "Show the steps of a conversation, then those that are appended, as they come. Goes on until Ctrl-C. With "
            "--json each step is one line.",
            {"tally follow conv-1", "tally follow conv-1 --from-end --full",
             "tally follow conv-1 --wait 10s --json | jq .step.output"},
            followingExitCodes()});
  command.add_option("CONV", options->id, "Id of the conversation")->required();
  command.add_flag("--full", options->full, "Whole texts instead of one line a message");
  addFollowingOptions(command, options->following);
  command.callback([options, &context] { context.action = [options, &context] { return follow(context, *options); }; });
}

}  // namespace tally::cli
