#include <memory>

#include "commands/command.hpp"
#include "confirm.hpp"
#include "run_choice.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

struct RmOptions {
  std::string conversation, run, type;
  bool yes = false;
};

ExitCode rm(Context& context, const RmOptions& options) {
  const auto conversation = context.conversation(options.conversation);
  const auto run =
      options.run.empty() ? std::nullopt : std::optional(chosenRun(context, conversation, options.run, options.type));
  const auto what = run ? fmt::format("run '{}' of conversation '{}'", run->id(), conversation.id())
                        : fmt::format("conversation '{}' with all its runs", conversation.id());
  if (!confirmed(context, what, options.yes)) return ExitCode::Failed;
  const bool existed =
      run ? run->remove(context.call()) : context.store().removeConversation(conversation.id(), context.call());
  if (context.options.json) {
    context.printJson(
        {{"conversation", conversation.id()}, {"run", run ? Json(run->id()) : Json()}, {"removed", existed}});
  } else {
    context.out.print("{} {}\n", existed ? "removed" : "somebody else removed", escaped(what));
  }
  return ExitCode::Ok;
}

}  // namespace

void registerRm(CLI::App& app, Context& context) {
  auto options = std::make_shared<RmOptions>();
  auto& command = addCommand(app, {"rm",
                                   "Remove a conversation with its runs, or one run. Asks first.",
                                   {"tally rm conv-1", "tally rm conv-1 --run run-1 --yes"},
                                   kStoreExitCodes});
  command.add_option("CONV", options->conversation, "Id of the conversation")->required();
  command.add_option("--run", options->run, "Remove only this run")->type_name("RUN");
  addRunType(command, options->type, "Kind of run, where both kinds have one of that id");
  command.add_flag("-y,--yes", options->yes, "Do not ask");
  command.callback([options, &context] { context.action = [options, &context] { return rm(context, *options); }; });
}

}  // namespace tally::cli
