#include "run_choice.hpp"

#include <fmt/format.h>

namespace tally::cli {

RunRef chosenRun(Context& context, const ConversationRef& conversation, const std::string& id,
                 const std::string& type) {
  const auto wanted = parseRunType(type);
  std::vector<RunRef> found;
  for (const auto kind : {RunType::Tally, RunType::Trajectory}) {
    if (auto run = conversation.getRun(kind, id, context.call())) found.push_back(*std::move(run));
  }
  for (const auto& run : found) {
    if (wanted ? run.type() == *wanted : found.size() == 1) return run;
  }
  if (found.size() > 1) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("conversation '{}' has two runs '{}': say --type tally or --type trajectory",
                            conversation.id(), id));
  }
  auto message = fmt::format("conversation '{}' has no {}run '{}'", conversation.id(), wanted ? type + " " : "", id);
  if (!found.empty()) {
    message += fmt::format("; there is one of type {}", nameOf(found.front().type()));
  } else {
    std::vector<std::string> known;
    for (const auto& one : conversation.listRuns(context.call())) known.push_back(one.id());
    if (const auto near = nearestName(id, known); !near.empty()) message += fmt::format("; did you mean '{}'?", near);
  }
  throw Error(ErrorCode::NotFound, message);
}

}  // namespace tally::cli
