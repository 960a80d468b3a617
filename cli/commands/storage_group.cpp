#include <charconv>
#include <memory>

#include "ability.hpp"
#include "bytes.hpp"
#include "commands/command.hpp"
#include "table.hpp"
#include "tally/extensions/consumer_group.hpp"

namespace tally::cli {
namespace {

struct GroupCommandOptions {
  std::string key, group, name, take_over, wait;
  std::vector<std::string> ids;
  std::uint64_t max_records = 1;
  bool from_end = false, acknowledge = false;
};

ExitCode create(Context& context, const GroupCommandOptions& options) {
  GroupOptions how;
  how.from_end = options.from_end;
  abilityOf<ConsumerGroups>(context).createGroup(options.key, options.group, how, context.call());
  if (context.options.json) {
    context.printJson({{"key", options.key}, {"group", options.group}, {"created", true}});
  } else {
    context.out.print("created the group {} of {}\n", options.group, escaped(options.key));
  }
  return ExitCode::Ok;
}

ExitCode drop(Context& context, const GroupCommandOptions& options) {
  const bool existed = abilityOf<ConsumerGroups>(context).dropGroup(options.key, options.group, context.call());
  if (!existed) {
    throw Error(ErrorCode::NotFound, fmt::format("'{}' has no group '{}'", options.key, options.group));
  }
  if (context.options.json) {
    context.printJson({{"key", options.key}, {"group", options.group}, {"dropped", true}});
  } else {
    context.out.print("dropped the group {} of {}\n", options.group, escaped(options.key));
  }
  return ExitCode::Ok;
}

ExitCode state(Context& context, const GroupCommandOptions& options) {
  const auto found = abilityOf<ConsumerGroups>(context).groupState(options.key, options.group, context.call());
  if (context.options.json) {
    context.printJson({{"key", options.key},
                       {"group", options.group},
                       {"workers", found.consumers},
                       {"pending", found.pending},
                       {"waiting", found.waiting ? Json(*found.waiting) : Json()}});
    return ExitCode::Ok;
  }
  context.out.print("workers  {}\npending  {}\nwaiting  {}\n", found.consumers, found.pending,
                    found.waiting ? std::to_string(*found.waiting) : "-");
  return ExitCode::Ok;
}

struct Taken final : GroupSink {
  struct Record {
    std::string id, content;
    std::uint32_t deliveries;
  };
  std::vector<Record> records;
  void take(const GroupRecord& record) override {
    records.push_back({std::string(record.id), std::string(record.content), record.deliveries});
  }
};

void print(Context& context, const GroupCommandOptions& options, const Taken& taken) {
  if (context.options.json) {
    Json rows = Json::array();
    for (const auto& record : taken.records) {
      Json row = {{"id", record.id}, {"deliveries", record.deliveries}};
      addBytes(row, record.content);
      rows.push_back(std::move(row));
    }
    context.printJson({{"key", options.key},
                       {"group", options.group},
                       {"records", std::move(rows)},
                       {"acknowledged", options.acknowledge}});
    return;
  }
  if (taken.records.empty()) return context.note(fmt::format("nothing for {}", options.name));
  Table table({{"ID"}, {"DELIVERIES", Align::Right}, {"CONTENT", Align::Left, true}});
  for (const auto& record : taken.records) {
    table.add({record.id, std::to_string(record.deliveries), record.content});
  }
  table.print(context.out, context.style());
}

std::unique_ptr<GroupConsumer> join(Context& context, const GroupCommandOptions& options) {
  GroupJoinOptions how;
  if (!options.take_over.empty()) how.take_over_after = parseDuration(options.take_over).value();
  return abilityOf<ConsumerGroups>(context).joinGroup(options.key, options.group, options.name, how, context.call());
}

std::size_t acknowledge(Context& context, GroupConsumer& worker, const std::vector<std::string>& ids) {
  return worker.acknowledge({ids.begin(), ids.end()}, context.call());
}

ExitCode take(Context& context, const GroupCommandOptions& options) {
  const auto worker = join(context, options);
  Taken taken;
  const auto wait = options.wait.empty() ? std::chrono::nanoseconds(0) : parseDuration(options.wait).value();
  worker->next(taken, options.max_records, Call::within(wait));
  print(context, options, taken);
  if (!options.acknowledge) return ExitCode::Ok;
  context.out.flush();  // done is what has been handed on
  std::vector<std::string> ids;
  for (const auto& record : taken.records) ids.push_back(record.id);
  acknowledge(context, *worker, ids);
  return ExitCode::Ok;
}

ExitCode ack(Context& context, const GroupCommandOptions& options) {
  const auto count = acknowledge(context, *join(context, options), options.ids);
  if (context.options.json) {
    context.printJson({{"key", options.key}, {"group", options.group}, {"acknowledged", count}});
  } else {
    context.out.print("acknowledged {} of {}\n", count, options.ids.size());
  }
  return count == options.ids.size() ? ExitCode::Ok : ExitCode::Failed;
}

using GroupHandler = ExitCode (*)(Context&, const GroupCommandOptions&);

CLI::App& addGroupCommand(CLI::App& group, Context& context, const std::shared_ptr<GroupCommandOptions>& options,
                          CommandText text, GroupHandler handler) {
  text.exit_codes = kStoreExitCodes;
  auto& command = addCommand(group, text);
  command.add_option("KEY", options->key, "Key of the object whose appends are shared")->required();
  command.add_option("GROUP", options->group, "Name of the group")->required();
  command.callback([=, &context] { context.action = [=, &context] { return handler(context, *options); }; });
  return command;
}

void addWorking(CLI::App& group, Context& context, const std::shared_ptr<GroupCommandOptions>& options) {
  auto& take_command = addGroupCommand(
      group, context, options,
      {"take",
       "Take records as a worker: first its own that were never acknowledged, then what others left, then new ones.",
       {"tally storage group take jobs/todo.jsonl workers --as anna --max 10 --ack",
        "tally storage group take jobs/todo.jsonl workers --as anna --take-over 30s --wait 5s"},
       {}},
      take);
  take_command.add_option("--as", options->name, "Name of the worker")->type_name("NAME")->required();
  take_command.add_option("--max", options->max_records, "At most so many; default: 1")
      ->type_name("N")
      ->check(checkCount)
      ->check(CLI::PositiveNumber, "");
  take_command.add_flag("--ack", options->acknowledge, "Acknowledge them once they are printed");
  take_command.add_option("--take-over", options->take_over, "Also what another worker has had for so long")
      ->type_name("TIME")
      ->check(checkDuration);
  take_command.add_option("--wait", options->wait, "Wait so long for the first one; default: not at all")
      ->type_name("TIME")
      ->check(checkDuration);

  auto& ack_command = addGroupCommand(group, context, options,
                                      {"ack",
                                       "Say that records are done; nobody gets them again.",
                                       {"tally storage group ack jobs/todo.jsonl workers 17 18 --as anna"},
                                       {}},
                                      ack);
  ack_command.add_option("ID", options->ids, "Ids of the records, as take printed them")->required();
  ack_command.add_option("--as", options->name, "Name of the worker")->type_name("NAME")->required();
}

}  // namespace

void registerStorageGroup(CLI::App& storage, Context& context) {
  const auto options = std::make_shared<GroupCommandOptions>();
  auto& group = addCommand(storage, {"group",
                                     "Consumer groups: several workers share an object's appends, each to one of them.",
                                     {"tally storage group create jobs/todo.jsonl workers",
                                      "tally storage group take jobs/todo.jsonl workers --as anna --ack"},
                                     kStoreExitCodes});
  auto& create_command = addGroupCommand(group, context, options,
                                         {"create",
                                          "Create a group on an object that is there.",
                                          {"tally storage group create jobs/todo.jsonl workers --from-end"},
                                          {}},
                                         create);
  create_command.add_flag("--from-end", options->from_end, "Only appends from now on");
  addGroupCommand(group, context, options,
                  {"state",
                   "Say how many workers, unacknowledged and waiting records a group has.",
                   {"tally storage group state jobs/todo.jsonl workers"},
                   {}},
                  state);
  addWorking(group, context, options);
  addGroupCommand(group, context, options,
                  {"drop", "Drop a group. The object stays.", {"tally storage group drop jobs/todo.jsonl workers"}, {}},
                  drop);
  group.require_subcommand(1);
}

}  // namespace tally::cli
