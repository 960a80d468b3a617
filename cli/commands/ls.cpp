#include <memory>

#include "commands/command.hpp"
#include "table.hpp"

namespace tally::cli {
namespace {

struct LsOptions {
  std::uint64_t limit = 0;
  std::string after;
  bool detailed = false;
};

struct Details {
  std::size_t steps = 0, runs = 0, findings = 0;
  std::optional<SystemTime> changed;
};

Details detailsOf(Context& context, const ConversationRef& conversation) {
  Details details;
  const auto loaded = conversation.load(context.call());
  details.steps = loaded.steps().size();
  details.findings = loaded.findings().size();
  details.runs = conversation.listRuns(context.call()).size();
  const auto key = path::join({conversation.path(), "conversation.jsonl"});
  if (const auto stat = context.storage().stat(key, context.call())) details.changed = stat->modified;
  return details;
}

/// A page and whether more follow. Cost: one entry more than asked for.
std::pair<std::vector<ConversationRef>, bool> pageOf(Context& context, const LsOptions& options) {
  const auto limit = options.limit == 0 ? 0 : options.limit + 1;
  auto page = context.conversations({options.after, limit});
  const bool more = options.limit != 0 && page.size() > options.limit;
  if (more) page.pop_back();
  return {std::move(page), more};
}

void printJson(Context& context, const std::vector<ConversationRef>& page, bool detailed) {
  Json list = Json::array();
  for (const auto& conversation : page) {
    Json row = {{"id", conversation.id()}, {"path", conversation.path()}};
    if (detailed) {
      const auto details = detailsOf(context, conversation);
      row["steps"] = details.steps;
      row["runs"] = details.runs;
      row["findings"] = details.findings;
      row["changed"] = details.changed ? Json(formatTime(*details.changed)) : Json();
    }
    list.push_back(std::move(row));
  }
  context.printJson(list);
}

void printTable(Context& context, const std::vector<ConversationRef>& page) {
  Table table({{"CONVERSATION", Align::Left, true}, {"STEPS", Align::Right}, {"RUNS", Align::Right}, {"CHANGED"}});
  for (const auto& conversation : page) {
    const auto details = detailsOf(context, conversation);
    if (details.findings != 0) {
      context.warn(fmt::format("{}: {} finding(s); 'tally show {}' tells which", conversation.id(), details.findings,
                               conversation.id()));
    }
    table.add({conversation.id(), std::to_string(details.steps), std::to_string(details.runs),
               details.changed ? formatTime(*details.changed) : "-"});
  }
  table.print(context.out, context.style());
}

ExitCode ls(Context& context, const LsOptions& options) {
  const auto [page, more] = pageOf(context, options);
  if (context.options.json) {
    printJson(context, page, options.detailed);
    return ExitCode::Ok;
  }
  if (page.empty()) {
    const auto* what = options.after.empty() ? "no conversations yet in {}" : "no more conversations in {}";
    context.note(fmt::format(fmt::runtime(what), context.where()));
  } else if (options.detailed) {
    printTable(context, page);
  } else {
    Table table({{"CONVERSATION"}});
    for (const auto& conversation : page) table.add({conversation.id()});
    table.print(context.out, context.style());
  }
  if (more) {
    context.note(fmt::format("more: tally ls --after {} --limit {}", page.back().id(), options.limit));
  }
  return ExitCode::Ok;
}

}  // namespace

void registerLs(CLI::App& app, Context& context) {
  auto options = std::make_shared<LsOptions>();
  auto& command = addCommand(app, {"ls",
                                   "List the conversations in byte order of their ids.",
                                   {"tally ls", "tally ls --limit 20 --after conv-0100", "tally ls --long --json"},
                                   kStoreExitCodes});
  command.add_option("--limit", options->limit, "At most so many; 0 for all")->type_name("N");
  command.add_option("--after", options->after, "Only ids greater than this one")->type_name("ID");
  command.add_flag("-l,--long", options->detailed,
                   "Also steps, runs and last change; reads every conversation it lists");
  command.callback([options, &context] { context.action = [options, &context] { return ls(context, *options); }; });
}

}  // namespace tally::cli
