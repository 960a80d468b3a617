#pragma once
// Reads conversation.jsonl into a Conversation: line by line, keeping every byte, reporting what is odd.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/index_runs.hpp"
#include "documents/json_validator.hpp"
#include "documents/step_members.hpp"
#include "tally/documents.hpp"

namespace tally::detail {

/// Where reading goes on.
struct ReadPosition {
  std::size_t line = 0, offset = 0;  ///< lines and bytes before it
  std::int64_t expected_index = 0;   ///< of the next step
  static constexpr std::int64_t kAnyIndex = -1;
};

/// Fed with one text after the other, each of which ends with a line. The whole file is one such text.
class ConversationReader {
 public:
  /// When it starts behind the beginning of a file, earlier stepIndexes are unknown: a doubled one is reported as out
  /// of order.
  explicit ConversationReader(std::string folder, const ReadPosition& from = {});

  /// Read what comes next. Its last line needs no line feed.
  void read(std::string_view text);
  /// The last line had no line feed, and goes on with the next text.
  void reopenLine() noexcept { --line_; }

  /// All that was read.
  Conversation finish() { return std::move(conversation_); }
  /// Steps and findings since the last time; nothing else is remembered of their lines.
  std::vector<Step> takeSteps();
  std::vector<Finding> takeFindings() { return std::exchange(conversation_.findings_, {}); }
  ReadPosition position() const noexcept { return {line_, offset_ + text_.size(), expected_index_}; }

 private:
  using Ending = Conversation::Ending;

  void readByteOrderMark();
  void readLine();
  std::string_view takeLine(Ending& ending);
  void readObject(std::string_view text, Ending ending);
  void readStep(std::string_view text, Ending ending, const StepMembers& members);
  void readFirstObject(const StepMembers& members);
  void checkConversationId(const StepMembers& members);
  void checkOrder(std::int64_t index);
  void keep(std::string_view text, Ending ending, bool is_object);
  void report(Finding::Kind kind, std::string detail);

  std::string_view text_, rest_;
  std::size_t offset_ = 0;            // of text_, in the file
  std::size_t line_ = 0, begin_ = 0;  // of the line being read: its number in the file, its start in text_
  Conversation conversation_;
  JsonValidator validator_;
  bool seen_object_ = false, is_named_ = false;
  std::int64_t expected_index_ = 0;
  IndexRuns seen_indexes_;
};

}  // namespace tally::detail
