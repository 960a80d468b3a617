#pragma once
// The members of a conversation line that the runtime reads, as slices of the line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tally::detail {

inline constexpr std::string_view kConversationId = "conversationId";
inline constexpr std::string_view kConversationMetadata = "conversationMetadata";

/// Empty slices are absent members; where a name is doubled the last one counts.
struct StepMembers {
  std::string_view step_index, input, output, id, timestamp, metadata, conversation_id, conversation_metadata;

  /// `object` is valid JSON. Cost: one pass.
  static StepMembers of(std::string_view object);

  /// Whether the line only names the conversation: what stands for a conversation without steps.
  bool isHead() const noexcept {
    return step_index.empty() && input.empty() && output.empty() && !conversation_id.empty();
  }
  /// Why this is no step ("stepIndex: expected a whole number from 0, found -1"), or empty.
  std::string fault() const;
  /// Which optional member is not what it should be, in the same form, or empty. Readers need none of them.
  std::string oddity() const;
};

/// A whole number from 0 that a double holds exactly, in any notation (3, 3.0, 3e0).
std::optional<std::int64_t> wholeNumber(std::string_view json_number);

/// A value for a message: short ones as they are, others by kind; "nothing" when absent.
std::string describe(std::string_view value);

}  // namespace tally::detail
