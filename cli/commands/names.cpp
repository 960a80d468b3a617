#include <memory>

#include "commands/command.hpp"
#include "tally/create_storage.hpp"

namespace tally::cli {
namespace {

constexpr std::uint64_t kMostNames = 500;
constexpr auto kPatience = std::chrono::seconds(1);

struct NamesQuery {
  std::string kind, begin, conversation;
};

std::vector<std::string> conversationsLike(const TallyStore& store, const std::string& begin, const Call& call) {
  std::vector<std::string> names;
  if (!begin.empty() && store.getConversation(begin, call)) names.push_back(begin);
  for (const auto& one : store.listConversations({begin, kMostNames}, call)) {
    if (one.id().rfind(begin, 0) != 0) break;  // byte order: none that follows begins so
    names.push_back(one.id());
  }
  return names;
}

std::vector<std::string> runsLike(const TallyStore& store, const NamesQuery& query, const Call& call) {
  std::vector<std::string> names;
  const auto conversation = store.getConversation(query.conversation, call);
  if (!conversation) return names;
  for (const auto& run : conversation->listRuns(call)) {
    if (run.id().rfind(query.begin, 0) == 0) names.push_back(run.id());
  }
  return names;
}

/// Who presses Tab wants neither to wait nor to read of a store that does not open: then there are no names.
ExitCode names(Context& context, const NamesQuery& query) try {
  setLogHandler(nullptr);
  if (!context.options.timeout || *context.options.timeout > kPatience) context.options.timeout = kPatience;
  const auto call = context.call();
  const auto& store = context.store();
  const auto found = query.kind == "runs" ? runsLike(store, query, call) : conversationsLike(store, query.begin, call);
  for (const auto& name : found) context.out.line(name);
  return ExitCode::Ok;
} catch (...) {
  return ExitCode::Ok;
}

}  // namespace

void registerNames(CLI::App& app, Context& context) {
  auto query = std::make_shared<NamesQuery>();
  auto& command = addCommand(app, {kNamesCommand, "Names in the store, for completion in a shell.", {}, {}});
  command.group("");  // not shown
  command.add_option("KIND", query->kind, "conversations or runs")->required();
  command.add_option("BEGIN", query->begin, "How they begin");
  command.add_option("CONV", query->conversation, "The conversation of the runs");
  command.callback([query, &context] { context.action = [query, &context] { return names(context, *query); }; });
}

}  // namespace tally::cli
