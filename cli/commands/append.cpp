#include <algorithm>
#include <memory>

#include "commands/command.hpp"
#include "findings.hpp"
#include "interrupt.hpp"
#include "step_input.hpp"

namespace tally::cli {
namespace {

struct AppendCommand {
  std::string id, file;
  bool create = false, stream = false, strict = false;
};

/// Every step of the input, or its faults at once. Nothing is appended before the whole input is known to be good.
std::vector<NumberedStep> parseInput(InputLines& input, const std::string& id) {
  constexpr std::size_t kFaultsTold = 20;
  std::vector<NumberedStep> steps;
  std::string faults;
  std::size_t count = 0;
  while (const auto line = input.next()) {
    try {
      if (auto step = parseStepLine(input.number(), *line, id)) steps.push_back(*std::move(step));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidDocument) throw;
      if (++count <= kFaultsTold) faults += fmt::format("\n  line {}: {}", input.number(), error.message());
    }
  }
  if (faults.empty()) return steps;
  if (count > kFaultsTold) faults += fmt::format("\n  and {} more", count - kFaultsTold);
  throw Error(ErrorCode::InvalidDocument, "the input has lines that are no steps; nothing was appended" + faults);
}

/// How far an append has come.
struct Progressed {
  std::size_t stored = 0, left = 0, dropped = 0;
  std::size_t line = 1;  ///< where to continue
  std::vector<Finding> findings;
  bool ended = false;    ///< since somebody asked to stop
  bool created = false;  ///< the conversation, by this command
};

class Appender {
 public:
  Appender(Context& context, const AppendCommand& options) : context_(context), options_(options) {}

  /// All of the input, once it is known to be good.
  void storeAll(InputLines& input, const Interrupt& interrupt);
  /// Each step as it comes.
  void storeEach(InputLines& input, const Interrupt& interrupt);

  Progressed progress;

 private:
  void seedOrder();
  void look();
  void create();
  void check(const NumberedStep& step);
  std::optional<NumberedStep> checked(InputLines& input, const std::string& line);
  void store(const NumberedStep& step);
  bool dropsMetadata(const Step& step);
  Error partial(const Error& cause, std::size_t line) const;

  Context& context_;
  const AppendCommand& options_;
  OrderCheck order_;
  std::optional<ConversationRef> conversation_;
};

/// With --strict the steps have to continue what is stored; else only the input itself is looked at.
void Appender::seedOrder() {
  if (!options_.strict) return;
  const auto found = context_.store().getConversation(options_.id, context_.call());
  order_.continueFrom(found ? found->load(context_.call()).steps() : std::vector<Step>());
}

void Appender::look() {
  conversation_ = options_.create ? context_.store().getConversation(options_.id, context_.call())
                                  : context_.conversation(options_.id);
}

void Appender::create() try {
  if (conversation_) return;
  conversation_ = context_.store().createConversation(options_.id, context_.call());
  progress.created = true;
} catch (const Error& error) {
  // Somebody else created it in between, which serves as well.
  if (error.code() != ErrorCode::AlreadyExists) throw;
  conversation_ = context_.conversation(options_.id);
}

void Appender::check(const NumberedStep& step) {
  if (auto finding = order_.look(step)) progress.findings.push_back(*std::move(finding));
}

/// A conversation takes its metadata from its very first step only.
bool Appender::dropsMetadata(const Step& step) {
  if (!step.member("conversationMetadata")) return false;
  if (progress.stored != 0) return true;
  const auto key = path::join({conversation_->path(), "conversation.jsonl"});
  const auto stat = context_.storage().stat(key, context_.call());
  return stat && stat->size != 0;
}

void Appender::store(const NumberedStep& step) try {
  progress.line = step.line;
  const bool drops = dropsMetadata(step.step);
  conversation_->append(step.step, context_.call());
  ++progress.stored;
  progress.dropped += drops ? 1U : 0U;
  context_.out.done(fmt::format("{} step(s) are stored", progress.stored));
} catch (const Error& error) {
  throw partial(error, step.line);
}

/// What stays of a conversation that was created for steps which did not come. It is not taken back: others may have
/// found it and be storing steps in it.
std::string emptyLeft(const Context& context, const std::string& id, const Progressed& progress) {
  if (!progress.created || progress.stored != 0) return "";
  return fmt::format("; '{}' was created and has no steps, this removes it: {}", id, context.commandLine({"rm", id}));
}

/// The same failure, saying how far it came. Repeating the whole command is no longer safe once a line is stored.
Error Appender::partial(const Error& cause, std::size_t line) const {
  const bool unknown = cause.code() == ErrorCode::OutcomeUnknown;
  const auto all = options_.stream ? "" : fmt::format("of {} ", progress.stored + progress.left);
  const auto rest = unknown ? fmt::format(", line {} may be", line)
                            : fmt::format(", continue with line {}", line) + emptyLeft(context_, options_.id, progress);
  Error error(cause.code(),
              fmt::format("line {}: {}; {} {}steps are stored{}", line, cause.message(), progress.stored, all, rest));
  error.retryable(cause.retryable() && progress.stored == 0).systemErrno(cause.systemErrno());
  error.at(cause.backend(), cause.operation(), cause.key());
  return error;
}

/// The order's findings as an error for --strict.
void refuseDisorder(const std::vector<Finding>& findings) {
  std::string faults;
  for (const auto& finding : findings) faults += fmt::format("\n  line {}: {}", finding.line, finding.detail);
  throw Error(ErrorCode::InvalidDocument, "the steps do not follow one another; nothing was appended" + faults);
}

void Appender::storeAll(InputLines& input, const Interrupt& interrupt) {
  const auto steps = parseInput(input, options_.id);
  progress.left = steps.size();
  progress.ended = interrupt.requested();
  if (progress.ended) return;
  seedOrder();
  for (const auto& step : steps) check(step);
  if (options_.strict && !progress.findings.empty()) refuseDisorder(progress.findings);
  look();
  create();
  for (const auto& step : steps) {
    progress.line = step.line;
    progress.ended = interrupt.requested();
    if (progress.ended) return;
    store(step);
    --progress.left;
  }
}

std::optional<NumberedStep> Appender::checked(InputLines& input, const std::string& line) try {
  auto step = parseStepLine(input.number(), line, options_.id);
  if (step) check(*step);
  if (options_.strict && !progress.findings.empty()) {
    throw Error(ErrorCode::InvalidDocument, progress.findings.front().detail);
  }
  return step;
} catch (const Error& error) {
  throw partial(error, input.number());
}

void Appender::storeEach(InputLines& input, const Interrupt& interrupt) {
  seedOrder();
  look();
  while (const auto line = input.next()) {
    const auto step = checked(input, *line);
    if (!step) continue;
    create();  // not before there is a step for it
    store(*step);
  }
  progress.line = input.number() + 1;
  progress.ended = interrupt.requested();
  if (!progress.ended) create();
}

void warnOfAppend(Context& context, const Progressed& progress) {
  constexpr std::size_t kFindingsTold = 20;
  const auto& findings = progress.findings;
  const auto told = std::min(findings.size(), kFindingsTold);
  warnOf(context, {findings.begin(), findings.begin() + static_cast<std::ptrdiff_t>(told)});
  if (told != findings.size()) context.warn(fmt::format("and {} more such steps", findings.size() - told));
  if (progress.dropped != 0) {
    context.warn(
        fmt::format("the conversationMetadata of {} step(s) was dropped: a conversation takes it from its "
                    "first step only",
                    progress.dropped));
  }
}

/// Not repeated whole: what is stored would be stored twice.
void noteRest(Context& context, const std::string& id, const Progressed& progress) {
  if (!progress.ended) return;
  const auto all = progress.left == 0 ? "" : fmt::format("of {} ", progress.stored + progress.left);
  context.warn(progress.stored == 0 ? "ended; nothing was appended" + emptyLeft(context, id, progress)
                                    : fmt::format("ended; {} {}steps are stored, continue with line {}",
                                                  progress.stored, all, progress.line));
}

ExitCode append(Context& context, const AppendCommand& options) {
  const Interrupt interrupt;
  InputLines input(options.file, interrupt.token());
  Appender appender(context, options);
  options.stream ? appender.storeEach(input, interrupt) : appender.storeAll(input, interrupt);
  const auto& progress = appender.progress;
  if (context.options.json) {
    context.printJson({{"conversation", options.id},
                       {"appended", progress.stored},
                       {"left", progress.left},
                       {"droppedMetadata", progress.dropped},
                       {"findings", findingsJson(progress.findings)}});
  } else {
    context.out.print("appended {} step(s) to {}\n", progress.stored, options.id);
    warnOfAppend(context, progress);
  }
  noteRest(context, options.id, progress);
  return progress.ended ? interrupt.status() : ExitCode::Ok;
}

}  // namespace

void registerAppend(CLI::App& app, Context& context) {
  auto options = std::make_shared<AppendCommand>();
  auto& command = addCommand(
      app,
      {"append",
       "Append steps, one JSON object a line. All lines are checked before the first is stored, but with --stream.",
       {"tally append conv-1 steps.jsonl", "producer | tally append conv-1 - --create --stream"},
       plus(kStoreExitCodes,
            {ExitCode::Data, ExitCode::NoSpace, ExitCode::HungUp, ExitCode::Interrupted, ExitCode::Terminated})});
  command.add_option("CONV", options->id, "Id of the conversation")->required();
  command.add_option("FILE", options->file, "File with the steps; - for standard input")->required();
  command.add_flag("--create", options->create, "Create the conversation if there is none");
  command.add_flag("--stream", options->stream, "Store each step as it comes, not when the input has ended");
  command.add_flag("--strict", options->strict, "Exit with 7 unless the steps continue what is stored, one by one");
  command.callback([options, &context] { context.action = [options, &context] { return append(context, *options); }; });
}

}  // namespace tally::cli
