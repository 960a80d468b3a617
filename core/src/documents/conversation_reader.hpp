#pragma once
// Reads conversation.jsonl into a Conversation: line by line, keeping every byte, reporting what is odd.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

#include "documents/json_validator.hpp"
#include "documents/step_members.hpp"
#include "tally/documents.hpp"

namespace tally::detail {

/// Use once: ConversationReader(folder, file).read().
class ConversationReader {
 public:
  ConversationReader(std::string folder, std::string_view file)
      : file_(file), rest_(file), conversation_(std::move(folder)) {}

  Conversation read();

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

  std::string_view file_, rest_;
  Conversation conversation_;
  JsonValidator validator_;
  std::size_t line_ = 0, offset_ = 0;  // of the line being read
  bool seen_object_ = false, is_named_ = false;
  std::int64_t expected_index_ = 0;
  std::unordered_set<std::int64_t> seen_indexes_;
};

}  // namespace tally::detail
