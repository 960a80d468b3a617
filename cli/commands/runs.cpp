#include <memory>

#include "commands/command.hpp"
#include "run_choice.hpp"
#include "table.hpp"

namespace tally::cli {
namespace {

struct RunsOptions {
  std::string conversation, type;
  std::uint64_t limit = 0;
};

std::string createdAt(const RunRef& run) { return run.timestamp() ? formatTime(*run.timestamp()) : ""; }

void printJson(Context& context, const std::vector<RunRef>& list) {
  Json rows = Json::array();
  for (const auto& run : list) {
    const auto created = createdAt(run);
    rows.push_back({{"id", run.id()},
                    {"type", nameOf(run.type())},
                    {"path", run.path()},
                    {"createdAt", created.empty() ? Json() : Json(created)}});
  }
  context.printJson(rows);
}

void printTable(Context& context, const std::vector<RunRef>& list) {
  Table table({{"RUN"}, {"TYPE"}, {"CREATED"}});
  for (const auto& run : list) {
    const auto created = createdAt(run);
    table.add({run.id(), std::string(nameOf(run.type())), created.empty() ? "-" : created});
  }
  table.print(context.out, context.style());
}

void noteOlder(Context& context, const RunsOptions& options, std::size_t count) {
  std::vector<std::string> all = {"runs", options.conversation};
  if (!options.type.empty()) all.insert(all.end(), {"--type", options.type});
  context.note(fmt::format("{} older: {}", count, context.commandLine(all)));
}

ExitCode runs(Context& context, const RunsOptions& options) {
  const auto all = runsOf(context, context.conversation(options.conversation), options.type);
  const auto list = newestRuns(all, options.limit);
  if (context.options.json) {
    printJson(context, list);
  } else if (list.empty()) {
    const auto kind = options.type.empty() ? "" : options.type + " ";
    context.note(fmt::format("conversation '{}' has no {}runs yet", options.conversation, kind));
  } else {
    printTable(context, list);
  }
  if (list.size() != all.size()) noteOlder(context, options, all.size() - list.size());
  return ExitCode::Ok;
}

}  // namespace

void registerRuns(CLI::App& app, Context& context) {
  auto options = std::make_shared<RunsOptions>();
  auto& command =
      addCommand(app, {"runs",
                       "List the runs of a conversation. The time is the one in the run's id; nothing is read.",
                       {"tally runs conv-1", "tally runs conv-1 --type tally --limit 5 --json | jq -r '.[].id'"},
                       kStoreExitCodes});
  command.add_option("CONV", options->conversation, "Id of the conversation")->required();
  command.add_option("--limit", options->limit, "Only the N newest, by the time in their ids; 0 for all")
      ->type_name("N")
      ->check(checkCount);
  addRunType(command, options->type, "Only this kind of run");
  command.callback([options, &context] { context.action = [options, &context] { return runs(context, *options); }; });
}

}  // namespace tally::cli
