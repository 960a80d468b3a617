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

/// What ids are asked for: new ones are short enough for every key below them; of what is there already any is good
/// that fits into a file name.
enum class IdFor { Creating, Finding };

/// What is wrong with a name, whatever its length; else nothing.
std::string_view nameProblem(std::string_view name) noexcept;
/// Nothing, or why a folder of this name is no conversation.
std::string_view folderProblem(std::string_view name) noexcept;
/// conversations/{id}. Errors: InvalidId.
std::string conversation(std::string_view id, IdFor use = IdFor::Finding);
/// The conversation that an object belongs to.
std::string_view conversationOf(std::string_view key) noexcept;
/// {conversation}/runs/{type}
std::string runFolder(std::string_view conversation, RunType type);
/// {conversation}/runs/{type}/{id}.json. Errors: InvalidId.
std::string run(std::string_view conversation, RunType type, std::string_view id, IdFor use = IdFor::Finding);
/// The run's id, if a file of this name in a run folder is a run.
std::optional<std::string_view> runIdOf(std::string_view file_name) noexcept;

}  // namespace tally::layout
