#include <algorithm>
#include <memory>

#include "commands/command.hpp"
#include "failure.hpp"
#include "findings.hpp"
#include "table.hpp"

namespace tally::cli {
namespace {

struct LsOptions {
  std::uint64_t limit = 0;
  std::string after;
  bool detailed = false;
};

/// With the findings of meta.json. In parts, so that --timeout is for each of them.
std::vector<ConversationSummary> summariesOf(Context& context, std::span<const ConversationRef> page) {
  constexpr std::size_t kAtOnce = 256;
  std::vector<ConversationSummary> all;
  while (all.size() < page.size()) {
    const auto part = page.subspan(all.size()).first(std::min(kAtOnce, page.size() - all.size()));
    for (const auto& one : context.store().summarize(part, context.call())) all.push_back(one);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].error) all[i].findings += metaFindings(context, page[i]).size();
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

/// Members of a summary; those that are not known are null.
Json detailsOf(Context& context, const ConversationRef& conversation, const ConversationSummary& summary) {
  if (summary.error) {
    const Json unknown;
    return {{"steps", unknown},
            {"runs", unknown},
            {"findings", unknown},
            {"changed", unknown},
            {"error", errorJson(*summary.error)}};
  }
  return {{"steps", summary.steps},
          {"runs", conversation.listRuns(context.call()).size()},
          {"findings", summary.findings},
          {"changed", summary.changed ? Json(formatTime(*summary.changed)) : Json()}};
}

void printJson(Context& context, std::span<const ConversationRef> page,
               const std::vector<ConversationSummary>& summaries) {
  Json list = Json::array();
  for (const auto& conversation : page) list.push_back({{"id", conversation.id()}, {"path", conversation.path()}});
  for (std::size_t i = 0; i < summaries.size(); ++i) list[i].update(detailsOf(context, page[i], summaries[i]));
  context.printJson(list);
}

void printTable(Context& context, std::span<const ConversationRef> page,
                const std::vector<ConversationSummary>& summaries) {
  Table table({{"CONVERSATION", Align::Left, true}, {"STEPS", Align::Right}, {"RUNS", Align::Right}, {"CHANGED"}});
  for (std::size_t i = 0; i < page.size(); ++i) {
    const auto& [steps, findings, changed, error] = summaries[i];
    const auto& id = page[i].id();
    if (error) {
      context.warn(fmt::format("{}: {}", id, error->what()));
      table.add({id, {"error", Tone::Bad}, "-", "-"});
      continue;
    }
    if (findings != 0)
      context.warn(fmt::format("{}: {} finding(s), more: {}", id, findings, context.commandLine({"show", id})));
    table.add({id, std::to_string(steps), std::to_string(page[i].listRuns(context.call()).size()),
               changed ? formatTime(*changed) : "-"});
  }
  table.print(context.out, context.style());
}

void printNames(Context& context, std::span<const ConversationRef> page) {
  Table table({{"CONVERSATION"}});
  for (const auto& conversation : page) table.add({conversation.id()});
  table.print(context.out, context.style());
}

ExitCode ls(Context& context, const LsOptions& options) {
  const auto [page, more] = pageOf(context, options);
  const auto summaries = options.detailed ? summariesOf(context, page) : std::vector<ConversationSummary>();
  const bool all_read = std::none_of(summaries.begin(), summaries.end(), [](const auto& one) { return one.error; });
  const auto status = all_read ? ExitCode::Ok : ExitCode::Failed;
  if (context.options.json) {
    printJson(context, page, summaries);
    return status;
  }
  if (page.empty()) {
    const auto* what = options.after.empty() ? "no conversations yet in {}" : "no more conversations in {}";
    context.note(fmt::format(fmt::runtime(what), context.where()));
  } else if (options.detailed) {
    printTable(context, page, summaries);
  } else {
    printNames(context, page);
  }
  if (more) {
    std::vector<std::string> next = {"ls", "--after", page.back().id(), "--limit", std::to_string(options.limit)};
    if (options.detailed) next.emplace_back("--long");
    context.note("more: " + context.commandLine(next));
  }
  return status;
}

}  // namespace

void registerLs(CLI::App& app, Context& context) {
  auto options = std::make_shared<LsOptions>();
  auto& command = addCommand(app, {"ls",
                                   "List the conversations in byte order of their ids.",
                                   {"tally ls", "tally ls --limit 20 --after conv-0100", "tally ls --long --json"},
                                   kStoreExitCodes});
  command.add_option("--limit", options->limit, "At most so many; 0 for all")->type_name("N")->check(checkCount);
  command.add_option("--after", options->after, "Only ids greater than this one")->type_name("CONV");
  command.add_flag("-l,--long", options->detailed,
                   "Also steps, runs and last change; reads every conversation it lists");
  command.callback([options, &context] { context.action = [options, &context] { return ls(context, *options); }; });
}

}  // namespace tally::cli
