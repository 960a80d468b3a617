#include <algorithm>
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

/// In parts, so that --timeout is for each of them.
std::vector<ConversationSummary> summariesOf(Context& context, std::span<const ConversationRef> page) {
  constexpr std::size_t kAtOnce = 256;
  std::vector<ConversationSummary> all;
  while (all.size() < page.size()) {
    const auto part = page.subspan(all.size()).first(std::min(kAtOnce, page.size() - all.size()));
    for (const auto& one : context.store().summarize(part, context.call())) all.push_back(one);
  }
  return all;
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
  for (const auto& conversation : page) list.push_back({{"id", conversation.id()}, {"path", conversation.path()}});
  const auto summaries = detailed ? summariesOf(context, page) : std::vector<ConversationSummary>();
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    const auto& summary = summaries[i];
    list[i]["steps"] = summary.steps;
    list[i]["runs"] = page[i].listRuns(context.call()).size();
    list[i]["findings"] = summary.findings;
    list[i]["changed"] = summary.changed ? Json(formatTime(*summary.changed)) : Json();
  }
  context.printJson(list);
}

void printTable(Context& context, const std::vector<ConversationRef>& page) {
  Table table({{"CONVERSATION", Align::Left, true}, {"STEPS", Align::Right}, {"RUNS", Align::Right}, {"CHANGED"}});
  const auto summaries = summariesOf(context, page);
  for (std::size_t i = 0; i < page.size(); ++i) {
    const auto& [steps, findings, changed] = summaries[i];
    const auto& id = page[i].id();
    if (findings != 0) context.warn(fmt::format("{}: {} finding(s); 'tally show {}' tells which", id, findings, id));
    table.add({id, std::to_string(steps), std::to_string(page[i].listRuns(context.call()).size()),
               changed ? formatTime(*changed) : "-"});
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
