#include "documents/step_members.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "documents/json_members.hpp"
#include "documents/json_number.hpp"

namespace tally::detail {
namespace {

struct Known {
  std::string_view name;
  std::string_view StepMembers::*slice;
};
constexpr std::array<Known, 8> kKnown = {{{"stepIndex", &StepMembers::step_index},
                                          {"input", &StepMembers::input},
                                          {"output", &StepMembers::output},
                                          {"timestamp", &StepMembers::timestamp},
                                          {"metadata", &StepMembers::metadata},
                                          {kConversationId, &StepMembers::conversation_id},
                                          {"id", &StepMembers::id},
                                          {kConversationMetadata, &StepMembers::conversation_metadata}}};

std::string expected(std::string_view what, std::string_view name, std::string_view found) {
  return std::string(name).append(": expected ").append(what).append(", found ").append(describe(found));
}

bool isArrayOfObjects(std::string_view value) {
  bool all = kindOf(value) == '[';
  forEachElement(value, [&](std::string_view element) { all = all && kindOf(element) == '{'; });
  return all;
}

bool isTimestamp(std::string_view value) {
  return value.empty() || value == "null" || kindOf(value) == '"' || isNumber(value);
}

}  // namespace

StepMembers StepMembers::of(std::string_view object) {
  StepMembers members;
  forEachMember(object, [&](const JsonMember& member) {
    for (const auto& known : kKnown) {
      if (!member.is(known.name)) continue;
      members.*known.slice = member.value;
      return;
    }
  });
  return members;
}

std::string StepMembers::fault() const {
  if (!wholeNumber(step_index)) return expected("a whole number from 0", "stepIndex", step_index);
  if (kindOf(input) != '{') return expected("an object", "input", input);
  if (!isArrayOfObjects(output)) return expected("an array of objects", "output", output);
  return {};
}

std::string StepMembers::oddity() const {
  if (!id.empty() && kindOf(id) != '"') return expected("text", "id", id);
  if (!metadata.empty() && kindOf(metadata) != '{') return expected("an object", "metadata", metadata);
  if (!isTimestamp(timestamp)) return expected("text or a number", "timestamp", timestamp);
  return {};
}

std::optional<std::int64_t> wholeNumber(std::string_view json_number) {
  constexpr std::int64_t kMaxExact = std::int64_t{1} << 53;
  if (!isNumber(json_number)) return std::nullopt;
  const double value = numberOf(json_number);
  if (!(value >= 0 && value <= static_cast<double>(kMaxExact)) || value != std::floor(value)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::string describe(std::string_view value) {
  constexpr std::size_t kShort = 40;
  if (value.empty()) return "nothing";
  if (kindOf(value) == '{') return "an object";
  if (kindOf(value) == '[') return "an array";
  if (value.size() <= kShort) return std::string(value);
  return kindOf(value) == '"' ? "a text of " + std::to_string(value.size() - 2) + " bytes" : "a long number";
}

}  // namespace tally::detail
