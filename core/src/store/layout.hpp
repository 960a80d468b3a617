#pragma once
// How the store's objects are called: the only place that knows.

#include <optional>
#include <string>
#include <string_view>

#include "tally/run_ref.hpp"

namespace tally::layout {

inline constexpr std::string_view kConversations = "conversations";
inline constexpr std::string_view kMeta = "meta.json";
inline constexpr std::string_view kSteps = "conversation.jsonl";
inline constexpr std::string_view kStepTraces = "stepTraces.json";
inline constexpr std::string_view kTrajectoryMeta = "trajectory.meta.json";
inline constexpr std::string_view kRuns = "runs";
inline constexpr std::string_view kRunSuffix = ".json";

/// conversations/{id}. Errors: InvalidId.
std::string conversation(std::string_view id);
/// {conversation}/runs/{type}
std::string runFolder(std::string_view conversation, RunType type);
/// {conversation}/runs/{type}/{id}.json. Errors: InvalidId.
std::string run(std::string_view conversation, RunType type, std::string_view id);
/// The run's id, if a file of this name in a run folder is a run.
std::optional<std::string_view> runIdOf(std::string_view file_name) noexcept;

}  // namespace tally::layout
