#include <algorithm>
#include <utility>

#include "documents/conversation_reader.hpp"
#include "documents/json_edit.hpp"
#include "documents/json_members.hpp"
#include "documents/json_validator.hpp"
#include "documents/step_members.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

namespace tally {
namespace {

[[noreturn]] void throwNoSuchStep(std::size_t position, std::size_t count) {
  throw Error(ErrorCode::InvalidArgument, "there is no step number " + std::to_string(position) +
                                              "; the conversation has " + std::to_string(count));
}

std::string withMetadata(std::string line, const std::optional<std::string>& metadata) {
  if (metadata) {
    detail::putMember(line, detail::kConversationMetadata, detail::compacted(*metadata));
  } else {
    detail::dropMember(line, detail::kConversationMetadata);
  }
  return line;
}

// What a line says of metadata, which need not be an object.
std::optional<std::string> metadataIn(std::string_view line) {
  const auto found = detail::findMember(line, detail::kConversationMetadata);
  return found ? std::optional<std::string>(*found) : std::nullopt;
}

}  // namespace

Conversation Conversation::parse(std::string id, std::string_view jsonl) {
  detail::ConversationReader reader(std::move(id));
  reader.read(jsonl);
  return reader.finish();
}

// A step's line as it is stored, without metadata.
std::string Conversation::lineOf(const Step& step) const {
  std::string line = detail::compacted(step.text());
  const auto members = detail::StepMembers::of(line);
  const bool is_named = !members.conversation_id.empty();
  if (is_named && !detail::isText(members.conversation_id, id_)) {
    throw Error(ErrorCode::InvalidDocument, "step " + std::to_string(step.index()) + " belongs to conversation " +
                                                detail::describe(members.conversation_id) + ", not to '" + id_ +
                                                "'; change or drop its conversationId first");
  }
  if (const auto oddity = members.oddity(); !oddity.empty()) {
    throw Error(ErrorCode::InvalidDocument, "step " + std::to_string(step.index()) + " has an odd member, " + oddity);
  }
  detail::dropMember(line, detail::kConversationMetadata);
  if (!is_named) detail::putMember(line, detail::kConversationId, detail::quoted(id_));
  return line;
}

std::string Conversation::headLine(const std::optional<std::string>& metadata) const {
  std::string line = "{}";
  detail::putMember(line, detail::kConversationId, detail::quoted(id_));
  return withMetadata(std::move(line), metadata);
}

std::vector<Conversation::Line>::iterator Conversation::firstObject() {
  return std::find_if(lines_.begin(), lines_.end(), [](const Line& line) { return line.is_object; });
}

std::vector<Conversation::Line>::iterator Conversation::lineOfStep(std::size_t position) {
  if (position >= steps_.size()) throwNoSuchStep(position, steps_.size());
  return std::find_if(lines_.begin(), lines_.end(),
                      [&](const Line& line) { return line.step == static_cast<std::ptrdiff_t>(position); });
}

const std::string& Conversation::textOf(const Line& line) const {
  return line.step < 0 ? line.text : steps_[static_cast<std::size_t>(line.step)].text();
}

void Conversation::setText(Line& line, std::string text) {
  if (line.step < 0) {
    line.text = std::move(text);
  } else {
    steps_[static_cast<std::size_t>(line.step)] = Step::trusted(std::move(text));
  }
}

void Conversation::add(const Step& step) {
  std::string line = lineOf(step);
  auto metadata = metadata_;
  if (firstObject() == lines_.end()) {
    const auto own = step.member(detail::kConversationMetadata);
    if (!metadata && own && detail::kindOf(*own) == '{') metadata = detail::compacted(*own);
    line = withMetadata(std::move(line), metadata);
  }
  steps_.push_back(Step::trusted(std::move(line)));
  if (!lines_.empty() && lines_.back().ending == Ending::None) lines_.back().ending = Ending::LineFeed;
  lines_.push_back({{}, static_cast<std::ptrdiff_t>(steps_.size()) - 1, true, Ending::LineFeed});
  metadata_ = std::move(metadata);
  needs_head_ = false;
}

void Conversation::replace(std::size_t position, const Step& step) {
  const auto line = lineOfStep(position);
  std::string text = lineOf(step);
  setText(*line, line == firstObject() ? withMetadata(std::move(text), metadataIn(textOf(*line))) : std::move(text));
}

void Conversation::remove(std::size_t position) {
  const auto line = lineOfStep(position);
  const bool was_first = line == firstObject();
  const auto carried = was_first ? metadataIn(textOf(*line)) : std::nullopt;
  const auto at = lines_.erase(line);
  steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(position));
  for (auto& later : lines_) later.step -= later.step > static_cast<std::ptrdiff_t>(position) ? 1 : 0;
  if (!was_first) return;
  const auto next = firstObject();
  const bool is_odd = carried && !metadata_;  // it is no object, and goes on being nothing but bytes
  needs_head_ = next == lines_.end() && !is_odd;
  if (needs_head_) return;
  if (next == lines_.end() || metadataIn(textOf(*next))) {  // which must neither go nor become the conversation's
    lines_.insert(at, {headLine(carried), -1, true, Ending::LineFeed});
  } else if (carried) {
    setText(*next, withMetadata(textOf(*next), carried));
  }
}

void Conversation::setMetadata(std::optional<std::string> json_object_text) {
  if (json_object_text && detail::JsonCursor(JsonText::parse(*json_object_text).text()).peek() != '{') {
    throw Error(ErrorCode::InvalidDocument, "conversationMetadata must be an object");
  }
  const auto line = firstObject();
  std::string text = line == lines_.end() ? headLine(json_object_text) : withMetadata(textOf(*line), json_object_text);
  detail::checkJson(text);  // in its line it is one level deeper
  if (line != lines_.end()) setText(*line, std::move(text));
  needs_head_ = needs_head_ || line == lines_.end();
  metadata_ = std::move(json_object_text);
}

std::string Conversation::serializeStep(const Step& step) const { return lineOf(step) + "\n"; }

std::string Conversation::serialize() const {
  std::string bytes = has_byte_order_mark_ ? std::string(detail::kByteOrderMark) : std::string();
  std::size_t size = bytes.size() + 2 * lines_.size();
  for (const auto& line : lines_) size += line.text.size();
  for (const auto& step : steps_) size += step.text().size();
  bytes.reserve(size);
  if (needs_head_) bytes += headLine(metadata_) + "\n";
  for (const auto& line : lines_) {
    bytes += textOf(line);
    if (line.ending != Ending::None) bytes += line.ending == Ending::LineFeed ? "\n" : "\r\n";
  }
  return bytes;
}

}  // namespace tally
