#include "tally/conversation_ref.hpp"

#include <algorithm>

#include "documents/step_members.hpp"
#include "store/layout.hpp"
#include "store/stored_object.hpp"
#include "tally/tally_store.hpp"

namespace tally {
namespace {

constexpr RunType kRunTypes[] = {RunType::Tally, RunType::Trajectory};

Error notFound(std::string_view operation, std::string_view path) {
  return Error(ErrorCode::NotFound, "there is no such conversation").at("", operation, path);
}

// Lines may name another conversation; what counts is the folder, so that none gets over another one.
void checkFolder(const Conversation& conversation, const std::string& id, std::string_view path) {
  if (conversation.folder() == id) return;
  throw Error(ErrorCode::InvalidDocument, "the conversation belongs to '" + conversation.folder() + "', not to '" + id +
                                              "'; save it there, or parse its bytes under this name to copy it")
      .at("", "save", path);
}

}  // namespace

Conversation ConversationRef::load(const Call& call) const {
  try {
    const auto loaded = detail::loadObject(*storage_, path::join({path_, layout::kSteps}), call);
    Conversation conversation = Conversation::parse(id_, loaded.bytes);
    conversation.setVersion(loaded.version);
    return conversation;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound) throw;
  }
  if (!exists(call)) throw notFound("load", path_);
  return Conversation(id_);
}

void ConversationRef::save(Conversation& conversation, const Call& call) const {
  checkFolder(conversation, id_, path_);
  const detail::Expected expected{conversation.stored(), conversation.version(), false};
  conversation.setVersion(
      detail::saveObject(*storage_, path::join({path_, layout::kSteps}), conversation.serialize(), expected, call));
}

void ConversationRef::overwrite(Conversation& conversation, const Call& call) const {
  checkFolder(conversation, id_, path_);
  const std::string key = path::join({path_, layout::kSteps});
  detail::requireConversation(*storage_, key, call);
  conversation.setVersion(storage_->write(key, conversation.serialize(), {}, call));
}

bool ConversationRef::exists(const Call& call) const {
  const auto stat = storage_->stat(path_, call);
  return stat && stat->is_directory;
}

ConversationRef::Tail ConversationRef::readTail(std::string_view key, const Call& call) const {
  const auto stat = storage_->stat(key, call);
  if (!stat && !exists(call)) throw notFound("append", path_);
  if (!stat || stat->size == 0) return {0, false};
  std::string last;
  {
    StringSink sink(last);
    storage_->read(key, stat->size ? ByteRange{*stat->size - 1, 1} : ByteRange(), sink, call);
  }
  return {stat->size, !last.empty() && last.back() != '\n'};
}

ConversationRef::Lines ConversationRef::linesOf(std::span<const Step> steps) const {
  Lines lines;
  const Conversation empty(id_);
  for (const Step& step : steps) lines.bytes += empty.serializeStep(step);
  if (steps.empty() || !steps.front().member(detail::kConversationMetadata)) return lines;
  Conversation begun(id_);
  for (const Step& step : steps) begun.add(step);
  lines.at_start = begun.serialize();
  return lines;
}

void ConversationRef::appendOnce(std::string_view key, const Lines& lines, AppendOptions options, const Call& call) {
  const bool is_guarded = storage_->capabilities().has(Capability::AppendAt);
  if (!tail_ || !is_guarded) tail_ = readTail(key, call);  // unguarded, nothing would tell of other writers' lines
  const bool is_first = tail_->size == 0 && !lines.at_start.empty();
  const std::string bytes = is_first ? lines.at_start : tail_->inside_line ? "\n" + lines.bytes : lines.bytes;
  if (is_guarded) options.expected_size = tail_->size;
  tail_ = Tail{storage_->append(key, bytes, options, call), false};
}

void ConversationRef::append(const Step& step, const Call& call) { append(std::span(&step, 1), {}, call); }

void ConversationRef::append(std::span<const Step> steps, const AppendStepsOptions& options, const Call& call) {
  constexpr int kAttempts = 1000;
  const Lines lines = linesOf(steps);
  const std::string key = path::join({path_, layout::kSteps});
  if (!options.token.empty() && !storage_->capabilities().has(Capability::AppendToken)) {
    throw Error(ErrorCode::Unsupported, "this backend remembers no tokens; append without one").at("", "append", key);
  }
  for (int attempt = 1; !steps.empty(); ++attempt) {
    try {
      return appendOnce(key, lines, {std::nullopt, options.token}, call);
    } catch (const Error& error) {
      tail_.reset();
      const bool changed = error.code() == ErrorCode::Conflict || error.code() == ErrorCode::RangeNotSatisfied;
      if (!changed || attempt == kAttempts) throw;
    }
    call.check();
  }
}

StepFollower ConversationRef::follow(const FollowStepsOptions& options, const Call& call) const {
  return StepFollower(storage_, path::join({path_, layout::kSteps}), id_, options, call);
}

std::optional<Document> ConversationRef::meta(const Call& call) const {
  return detail::loadIfThere(*storage_, path::join({path_, layout::kMeta}), Schema::ConversationMeta, call);
}

void ConversationRef::saveMeta(Document& meta, const Call& call) const {
  detail::saveDocument(*storage_, path::join({path_, layout::kMeta}), Schema::ConversationMeta, meta, call);
}

std::vector<RunRef> ConversationRef::listRuns(const Call& call) const {
  std::vector<RunRef> runs;
  for (const auto type : kRunTypes) {
    const auto first = static_cast<std::ptrdiff_t>(runs.size());
    for (auto& entry : detail::listChildren(*storage_, layout::runFolder(path_, type), {}, call)) {
      const auto id = entry.is_directory ? std::nullopt : layout::runIdOf(entry.id());
      if (id) runs.emplace_back(storage_, entry.path, std::string(*id), type);
    }
    // By id, not by file name: "a" comes before "a-b", but "a.json" behind "a-b.json".
    std::sort(runs.begin() + first, runs.end(), [](const RunRef& a, const RunRef& b) { return a.id() < b.id(); });
  }
  return runs;
}

std::optional<RunRef> ConversationRef::getRun(RunType type, std::string_view id, const Call& call) const {
  std::string path = layout::run(path_, type, id);
  const auto stat = storage_->stat(path, call);
  if (!stat || stat->is_directory) return std::nullopt;
  return RunRef(storage_, std::move(path), std::string(id), type);
}

std::optional<RunRef> ConversationRef::getRun(std::string_view id, const Call& call) const {
  auto tally = getRun(RunType::Tally, id, call);
  auto trajectory = getRun(RunType::Trajectory, id, call);
  if (tally && trajectory) {
    throw Error(ErrorCode::InvalidArgument,
                "there is a tally run and a trajectory run '" + std::string(id) + "'; name the type as well")
        .at("", "getRun", path_);
  }
  return tally ? std::move(tally) : std::move(trajectory);
}

RunRef ConversationRef::createRun(const CreateRunOptions& options, const Call& call) const {
  const std::string id = options.id ? *options.id : newRunId();
  std::string path = layout::run(path_, options.type, id, layout::IdFor::Creating);
  if (options.id && storage_->stat(path, call)) {
    throw Error(ErrorCode::AlreadyExists, "there is a run of this id already").at("", "createRun", path);
  }
  return RunRef(storage_, std::move(path), id, options.type);
}

}  // namespace tally
