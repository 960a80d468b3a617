#include <nlohmann/json.hpp>

#include "documents/json_members.hpp"
#include "documents/step_members.hpp"
#include "tally/documents.hpp"
#include "tally/error.hpp"

namespace tally {
namespace {

// A text as what it stands for, anything else as it is written.
std::optional<std::string> textOf(const std::optional<std::string_view>& value) {
  if (!value || *value == "null") return std::nullopt;
  return detail::kindOf(*value) == '"' ? detail::unquoted(*value) : std::string(*value);
}

}  // namespace

Step::Step(std::string text, const char* source, const detail::StepMembers& members)
    : text_(JsonText::trusted(std::move(text))), index_(detail::wholeNumber(members.step_index).value_or(0)) {
  const auto sliceOf = [source](std::string_view part) {
    return Slice{static_cast<std::uint32_t>(part.data() - source), static_cast<std::uint32_t>(part.size())};
  };
  input_ = sliceOf(members.input);
  output_ = sliceOf(members.output);
}

Step Step::parse(std::string text) {
  const JsonText valid = JsonText::parse(std::move(text));
  if (detail::JsonCursor(valid.text()).peek() != '{') {
    throw Error(ErrorCode::InvalidDocument, "not a step: expected an object");
  }
  const auto members = detail::StepMembers::of(valid.text());
  auto fault = members.fault();
  if (fault.empty()) fault = members.oddity();
  if (!fault.empty()) throw Error(ErrorCode::InvalidDocument, "not a step: " + fault);
  return Step(valid.text(), valid.text().data(), members);
}

Step Step::trusted(std::string text) {
  const auto members = detail::StepMembers::of(text);
  const char* const source = text.data();
  return Step(std::string(text), source, members);
}

Step Step::of(const Json& value) { return parse(JsonText::of(value).text()); }

Json Step::json() const { return text_.json(); }

std::optional<std::string> Step::id() const { return textOf(member("id")); }

std::optional<std::string> Step::timestamp() const { return textOf(member("timestamp")); }

}  // namespace tally
