#include "documents/conversation_reader.hpp"

#include "documents/json_members.hpp"

namespace tally::detail {

ConversationReader::ConversationReader(std::string folder, const ReadPosition& from)
    : offset_(from.offset),
      line_(from.line),
      conversation_(std::move(folder)),
      seen_object_(from.offset != 0),
      expected_index_(from.expected_index) {
  conversation_.needs_head_ = false;
}

void ConversationReader::read(std::string_view text) {
  offset_ += text_.size();
  text_ = rest_ = text;
  if (offset_ == 0) readByteOrderMark();
  while (!rest_.empty()) readLine();
}

std::vector<Step> ConversationReader::takeSteps() {
  conversation_.lines_.clear();
  return std::exchange(conversation_.steps_, {});
}

void ConversationReader::readByteOrderMark() {
  if (!rest_.starts_with(kByteOrderMark)) return;
  conversation_.has_byte_order_mark_ = true;
  report(Finding::Kind::ByteOrderMark, "The file begins with a byte order mark.");
  conversation_.findings_.back().line = 1;
  rest_.remove_prefix(kByteOrderMark.size());
}

std::string_view ConversationReader::takeLine(Ending& ending) {
  ++line_;
  begin_ = text_.size() - rest_.size();
  const std::size_t size = rest_.find('\n');
  std::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size == rest_.npos ? rest_.size() : size + 1);
  ending = size == std::string_view::npos ? Ending::None : Ending::LineFeed;
  if (ending == Ending::LineFeed && text.ends_with('\r')) {
    text.remove_suffix(1);
    ending = Ending::ReturnLineFeed;
  }
  return text;
}

void ConversationReader::readLine() {
  Ending ending;
  const std::string_view text = takeLine(ending);
  const std::string_view value = trimmed(text);
  if (value.empty()) return keep(text, ending, false);
  if (!validator_.accepts(text, text_.size() - begin_)) {
    const auto kind = ending == Ending::None ? Finding::Kind::TornLastLine : Finding::Kind::InvalidLine;
    report(kind, "The line is not valid JSON, " + jsonFault(text) + ".");
    return keep(text, ending, false);
  }
  if (kindOf(value) != '{') {
    report(Finding::Kind::InvalidLine, "Expected an object, found " + describe(value) + ".");
    return keep(text, ending, false);
  }
  readObject(text, ending);
}

void ConversationReader::readObject(std::string_view text, Ending ending) {
  const auto members = StepMembers::of(text);
  if (!std::exchange(seen_object_, true)) readFirstObject(members);
  checkConversationId(members);
  if (members.isHead()) return keep(text, ending, true);
  if (const auto fault = members.fault(); !fault.empty()) {
    report(Finding::Kind::InvalidStep, "Not a step: " + fault + ".");
    return keep(text, ending, true);
  }
  if (const auto oddity = members.oddity(); !oddity.empty()) report(Finding::Kind::OddMember, oddity + ".");
  checkOrder(*wholeNumber(members.step_index));
  readStep(text, ending, members);
}

void ConversationReader::readStep(std::string_view text, Ending ending, const StepMembers& members) {
  const auto position = static_cast<std::ptrdiff_t>(conversation_.steps_.size());
  conversation_.steps_.push_back(Step(std::string(text), text.data(), members));
  conversation_.lines_.push_back({{}, position, true, ending});
}

void ConversationReader::readFirstObject(const StepMembers& members) {
  if (kindOf(members.conversation_metadata) == '{') conversation_.metadata_ = members.conversation_metadata;
}

void ConversationReader::checkConversationId(const StepMembers& members) {
  const std::string_view given = members.conversation_id;
  if (given.empty() || isText(given, conversation_.id_)) {
    is_named_ = is_named_ || !given.empty();
    return;
  }
  const std::string_view wanted = is_named_ ? "the lines before say" : "the folder says";
  report(Finding::Kind::ForeignConversation,
         "conversationId is " + describe(given) + ", but " + std::string(wanted) + " '" + conversation_.id_ + "'.");
  if (kindOf(given) == '"' && !std::exchange(is_named_, true)) conversation_.id_ = unquoted(given);
}

void ConversationReader::checkOrder(std::int64_t index) {
  const bool is_new = seen_indexes_.add(index);
  const bool knows = expected_index_ != ReadPosition::kAnyIndex;
  if (!is_new || (knows && index != expected_index_)) {
    const std::string fault = !is_new ? " is doubled" : index < expected_index_ ? " is out of order" : " leaves a gap";
    report(Finding::Kind::StepOrder,
           "stepIndex " + std::to_string(index) + fault + "; expected " + std::to_string(expected_index_) + ".");
  }
  if (is_new) expected_index_ = index + 1;
}

void ConversationReader::keep(std::string_view text, Ending ending, bool is_object) {
  conversation_.lines_.push_back({std::string(text), -1, is_object, ending});
}

void ConversationReader::report(Finding::Kind kind, std::string detail) {
  conversation_.findings_.push_back({kind, line_, offset_ + begin_, std::move(detail)});
}

}  // namespace tally::detail
