#pragma once
// A step as people read it: one line or block a message, tool calls and their results summarised.

#include <string>
#include <vector>

#include "tally/documents.hpp"

namespace tally::cli {

struct MessageView {
  std::string role;  ///< "user", "assistant", "tool", or whatever is written there
  std::string text;  ///< not escaped; may hold line feeds
};

/// The user's message and the answers, in order. Never fails for odd content: it is shown as JSON text.
std::vector<MessageView> messagesOf(const Step& step);

}  // namespace tally::cli
