#include "run_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>

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

std::vector<RunRef> runsOf(Context& context, const ConversationRef& conversation, const std::string& type) {
  auto runs = conversation.listRuns(context.call());
  if (const auto wanted = parseRunType(type)) {
    std::erase_if(runs, [&](const RunRef& run) { return run.type() != *wanted; });
  }
  return runs;
}

std::vector<RunRef> newestRuns(std::vector<RunRef> runs, std::uint64_t limit) {
  if (limit == 0 || limit >= runs.size()) return runs;
  const auto age = [](const RunRef& run) {
    return std::tuple(run.timestamp(), std::string_view(run.id()), run.type());
  };
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return age(runs[a]) > age(runs[b]); });
  order.resize(limit);
  std::sort(order.begin(), order.end());
  std::vector<RunRef> newest;
  newest.reserve(order.size());
  for (const auto index : order) newest.push_back(std::move(runs[index]));
  return newest;
}

}  // namespace tally::cli
