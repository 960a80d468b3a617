#pragma once
// The run that a command line names, or the newest ones.

#include <string>
#include <vector>

#include "app.hpp"

namespace tally::cli {

/// The run `id` of a conversation; `type` as --type gives it, empty for either kind.
/// Errors: NotFound with the nearest known id, or the kind that there is; InvalidArgument if both kinds have it.
RunRef chosenRun(Context& context, const ConversationRef& conversation, const std::string& id, const std::string& type);

/// The runs of a conversation as they are listed; `type` as --type gives it, empty for both kinds. Cost: two listings.
std::vector<RunRef> runsOf(Context& context, const ConversationRef& conversation, const std::string& type);

/// The `limit` newest of them, in the order they have; 0 for all. The age of a run is the time in its id. Ids without
/// one count as older than all others, and are ordered by their bytes.
std::vector<RunRef> newestRuns(std::vector<RunRef> runs, std::uint64_t limit);

}  // namespace tally::cli
