#pragma once
// What the files of group Q share.

#include <string>
#include <vector>

#include "tally/conformance/case.hpp"
#include "tally/tally_store.hpp"

namespace tally::conformance {

inline constexpr std::string_view kConversation = "conversations/c/conversation.jsonl";

/// The store over the storage under test.
inline TallyStore storeOf(Context& context) { return TallyStore(context.open()); }

/// The JSON text of a step; `more` begins with a comma.
inline std::string stepText(std::uint64_t index, const std::string& more = "") {
  return R"({"stepIndex":)" + std::to_string(index) +
         R"(,"input":{"role":"user","content":"Q"},"output":[{"role":"assistant","content":"A"}])" + more + "}";
}
/// The same as a line of conversation `id`.
inline std::string lineText(std::uint64_t index, const std::string& more = "", const std::string& id = "c") {
  return stepText(index, more + R"(,"conversationId":")" + id + "\"") + "\n";
}

inline bool hasFinding(const std::vector<Finding>& findings, Finding::Kind kind) {
  for (const auto& finding : findings) {
    if (finding.kind == kind) return true;
  }
  return false;
}

std::vector<Case> storeConversationCases();
std::vector<Case> storeManyCases();
std::vector<Case> storeRunCases();

}  // namespace tally::conformance
