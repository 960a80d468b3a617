#include <memory>

#include "commands/command.hpp"
#include "table.hpp"

namespace tally::cli {
namespace {

std::string createdAt(const RunRef& run) { return run.timestamp() ? formatTime(*run.timestamp()) : ""; }

ExitCode runs(Context& context, const std::string& id) {
  const auto list = context.conversation(id).listRuns(context.call());
  if (context.options.json) {
    Json rows = Json::array();
    for (const auto& run : list) {
      const auto created = createdAt(run);
      rows.push_back({{"id", run.id()},
                      {"type", nameOf(run.type())},
                      {"path", run.path()},
                      {"createdAt", created.empty() ? Json() : Json(created)}});
    }
    context.printJson(rows);
    return ExitCode::Ok;
  }
  if (list.empty()) {
    context.note(fmt::format("conversation '{}' has no runs yet", id));
    return ExitCode::Ok;
  }
  Table table({{"RUN"}, {"TYPE"}, {"CREATED"}});
  for (const auto& run : list) {
    const auto created = createdAt(run);
    table.add({run.id(), std::string(nameOf(run.type())), created.empty() ? "-" : created});
  }
  table.print(context.out, context.style());
  return ExitCode::Ok;
}

}  // namespace

void registerRuns(CLI::App& app, Context& context) {
  auto id = std::make_shared<std::string>();
  auto& command =
      addCommand(app, {"runs",
                       "List the runs of a conversation. The time is the one in the run's id; nothing is read.",
                       {"tally runs conv-1", "tally runs conv-1 --json | jq -r '.[].id'"},
                       kStoreExitCodes});
  command.add_option("CONV", *id, "Id of the conversation")->required();
  command.callback([id, &context] { context.action = [id, &context] { return runs(context, *id); }; });
}

}  // namespace tally::cli
