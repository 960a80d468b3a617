#include "store/layout.hpp"

#include "tally/path.hpp"
#include "tally/tally_store.hpp"

namespace tally::layout {
namespace {

// A file that tools keep in run folders, and therefore no run.
constexpr std::string_view kIndex = "index";

std::string_view runIdProblem(std::string_view id) noexcept {
  return id == kIndex ? "'index' is the name of a table of contents" : idProblem(id);
}

void check(std::string_view problem, std::string_view kind, std::string_view id) {
  if (problem.empty()) return;
  constexpr std::size_t kShown = 60;
  const std::string shown = id.size() > kShown ? std::string(id.substr(0, kShown)) + "..." : std::string(id);
  throw Error(ErrorCode::InvalidId, "'" + shown + "' can't be the id of a " + std::string(kind) + ": " +
                                        std::string(problem) + ". Ids are file names of 1 to 128 bytes.");
}

}  // namespace

std::string conversation(std::string_view id) {
  check(idProblem(id), "conversation", id);
  return path::join({kConversations, id});
}

std::string runFolder(std::string_view conversation, RunType type) {
  return path::join({conversation, kRuns, nameOf(type)});
}

std::string run(std::string_view conversation, RunType type, std::string_view id) {
  check(runIdProblem(id), "run", id);
  return path::join({runFolder(conversation, type), std::string(id).append(kRunSuffix)});
}

std::optional<std::string_view> runIdOf(std::string_view file_name) noexcept {
  if (!file_name.ends_with(kRunSuffix)) return std::nullopt;
  file_name.remove_suffix(kRunSuffix.size());
  if (!runIdProblem(file_name).empty()) return std::nullopt;
  return file_name;
}

}  // namespace tally::layout
