#include <algorithm>
#include <memory>

#include "commands/command.hpp"
#include "files.hpp"
#include "interrupt.hpp"

namespace tally::cli {
namespace {

struct AppendCommand {
  std::string id, file;
  bool create = false;
};

struct NumberedStep {
  std::size_t line;
  Step step;
};

/// A step of another conversation is refused: appending it here would change what it says of itself.
void checkOwner(const Step& step, const std::string& id) {
  const auto owner = step.member("conversationId");
  if (!owner) return;
  const auto value = JsonText::trusted(std::string(*owner)).json();
  if (value.is_string() && value.get<std::string>() == id) return;
  throw Error(ErrorCode::InvalidDocument, fmt::format("conversationId is {}, not \"{}\"", *owner, id));
}

/// Every step of the input, or its faults at once. Nothing is appended before the whole input is known to be good.
std::vector<NumberedStep> parseInput(std::string_view text, const std::string& id) {
  constexpr std::size_t kFaultsTold = 20;
  std::vector<NumberedStep> steps;
  std::string faults;
  std::size_t count = 0;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    auto one = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!one.empty() && one.back() == '\r') one.remove_suffix(1);
    if (one.find_first_not_of(" \t") == std::string_view::npos) continue;
    try {
      auto step = Step::parse(std::string(one));
      checkOwner(step, id);
      steps.push_back({line, std::move(step)});
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidDocument) throw;
      if (++count <= kFaultsTold) faults += fmt::format("\n  line {}: {}", line, error.message());
    }
  }
  if (faults.empty()) return steps;
  if (count > kFaultsTold) faults += fmt::format("\n  and {} more", count - kFaultsTold);
  throw Error(ErrorCode::InvalidDocument, "the input has lines that are no steps; nothing was appended" + faults);
}

ConversationRef openConversation(Context& context, const AppendCommand& options) {
  if (!options.create) return context.conversation(options.id);
  if (auto found = context.store().getConversation(options.id, context.call())) return *std::move(found);
  try {
    return context.store().createConversation(options.id, context.call());
  } catch (const Error& error) {
    // Somebody else created it in between, which serves as well.
    if (error.code() != ErrorCode::AlreadyExists) throw;
    return context.conversation(options.id);
  }
}

/// The same failure, saying how far it came. Repeating the whole command is no longer safe once a line is stored.
Error partial(const Error& cause, const std::vector<NumberedStep>& steps, std::size_t stored) {
  const auto line = steps[stored].line;
  const bool unknown = cause.code() == ErrorCode::OutcomeUnknown;
  Error error(
      cause.code(),
      fmt::format("line {}: {}; {} of {} steps are stored{}", line, cause.message(), stored, steps.size(),
                  unknown ? fmt::format(", line {} may be", line) : fmt::format(", continue with line {}", line)));
  error.retryable(cause.retryable() && stored == 0).systemErrno(cause.systemErrno());
  error.at(cause.backend(), cause.operation(), cause.key());
  return error;
}

/// How many steps carry metadata that will be lost: a conversation takes its own from its very first step.
std::size_t countDropped(Context& context, const ConversationRef& conversation,
                         const std::vector<NumberedStep>& steps) {
  const auto carries = [](const NumberedStep& one) { return one.step.member("conversationMetadata").has_value(); };
  const auto all = static_cast<std::size_t>(std::count_if(steps.begin(), steps.end(), carries));
  if (all == 0 || !carries(steps.front())) return all;
  const auto stat = context.storage().stat(path::join({conversation.path(), "conversation.jsonl"}), context.call());
  const bool is_first = !stat || stat->size == 0;
  return is_first ? all - 1 : all;
}

/// Not repeated whole: what is stored would be stored twice.
void noteRest(Context& context, const std::vector<NumberedStep>& steps, std::size_t stored) {
  if (stored == steps.size()) return;
  context.warn(
      fmt::format("ended; {} of {} steps are stored, continue with line {}", stored, steps.size(), steps[stored].line));
}

ExitCode append(Context& context, const AppendCommand& options) {
  const auto steps = parseInput(readInput(options.file), options.id);
  const Interrupt interrupt;  // from here on: while it waits for input there is nothing to tell
  auto conversation = openConversation(context, options);
  const auto dropped = countDropped(context, conversation, steps);
  std::size_t stored = 0;
  try {
    for (; stored < steps.size() && !interrupt.requested(); ++stored) {
      conversation.append(steps[stored].step, context.call());
    }
  } catch (const Error& error) {
    throw partial(error, steps, stored);
  }
  if (context.options.json) {
    context.printJson({{"conversation", options.id},
                       {"appended", stored},
                       {"left", steps.size() - stored},
                       {"droppedMetadata", dropped}});
  } else {
    context.out.print("appended {} step(s) to {}\n", stored, options.id);
    if (dropped != 0) {
      context.warn(
          fmt::format("the conversationMetadata of {} step(s) was dropped: a conversation takes it from its "
                      "first step only",
                      dropped));
    }
  }
  noteRest(context, steps, stored);
  return stored == steps.size() ? ExitCode::Ok : interrupt.status();
}

}  // namespace

void registerAppend(CLI::App& app, Context& context) {
  auto options = std::make_shared<AppendCommand>();
  auto& command = addCommand(
      app, {"append",
            "Append steps, one JSON object a line. All lines are checked before the first is stored.",
            {"tally append conv-1 steps.jsonl", "producer | tally append conv-1 - --create"},
            plus(kStoreExitCodes,
                 {ExitCode::Data, ExitCode::NoSpace, ExitCode::HungUp, ExitCode::Interrupted, ExitCode::Terminated})});
  command.add_option("CONV", options->id, "Id of the conversation")->required();
  command.add_option("FILE", options->file, "File with the steps; - for standard input")->required();
  command.add_flag("--create", options->create, "Create the conversation if there is none");
  command.callback([options, &context] { context.action = [options, &context] { return append(context, *options); }; });
}

}  // namespace tally::cli
