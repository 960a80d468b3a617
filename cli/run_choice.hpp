#pragma once
// The run that a command line names.

#include <string>

#include "app.hpp"

namespace tally::cli {

/// The run `id` of a conversation; `type` as --type gives it, empty for either kind.
/// Errors: NotFound with the nearest known id, or the kind that there is; InvalidArgument if both kinds have it.
RunRef chosenRun(Context& context, const ConversationRef& conversation, const std::string& id, const std::string& type);

}  // namespace tally::cli
