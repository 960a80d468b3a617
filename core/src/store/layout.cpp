#include "store/layout.hpp"

#include "tally/path.hpp"
#include "tally/tally_store.hpp"
#include "text/printable.hpp"

namespace tally::layout {
namespace {

// A file that tools keep in run folders, and therefore no run.
constexpr std::string_view kIndex = "index";

// 255 bytes is what file systems allow; a run's file has an ending as well.
constexpr std::size_t kMaxFolderBytes = 255, kMaxRunBytes = kMaxFolderBytes - kRunSuffix.size();

bool isControl(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string_view runProblem(std::string_view id) noexcept {
  if (id == kIndex) return "'index' is the name of a table of contents";
  if (id.size() > kMaxRunBytes) return "it is longer than 250 bytes";
  return nameProblem(id);
}

void check(std::string_view problem, std::string_view kind, std::string_view id, IdFor use) {
  if (problem.empty() && use == IdFor::Creating) problem = idProblem(id);
  if (problem.empty()) return;
  constexpr std::size_t kShown = 60;
  throw Error(ErrorCode::InvalidId, "'" + detail::printable(id, kShown) + "' can't be the id of a " +
                                        std::string(kind) + ": " + std::string(problem) +
                                        ". New ids are file names of 1 to 128 bytes.");
}

}  // namespace

std::string_view nameProblem(std::string_view name) noexcept {
  if (name.empty()) return "it is empty";
  if (name.front() == '.') return "it begins with a dot";
  for (const char c : name) {
    if (c == '/') return "it holds a '/'";
    if (isControl(c)) return "it holds a control character";
  }
  return path::detail::isUtf8(name) ? std::string_view() : "it is not valid UTF-8";
}

std::string_view folderProblem(std::string_view name) noexcept {
  return name.size() > kMaxFolderBytes ? "it is longer than 255 bytes" : nameProblem(name);
}

std::string conversation(std::string_view id, IdFor use) {
  check(folderProblem(id), "conversation", id, use);
  return path::join({kConversations, id});
}

std::string_view conversationOf(std::string_view key) noexcept {
  const std::size_t root = key.find('/');
  return root == key.npos ? key : key.substr(0, key.find('/', root + 1));
}

std::string runFolder(std::string_view conversation, RunType type) {
  return path::join({conversation, kRuns, nameOf(type)});
}

std::string run(std::string_view conversation, RunType type, std::string_view id, IdFor use) {
  check(runProblem(id), "run", id, use);
  return path::join({runFolder(conversation, type), std::string(id).append(kRunSuffix)});
}

std::optional<std::string_view> runIdOf(std::string_view file_name) noexcept {
  if (!file_name.ends_with(kRunSuffix)) return std::nullopt;
  file_name.remove_suffix(kRunSuffix.size());
  if (!runProblem(file_name).empty()) return std::nullopt;
  return file_name;
}

}  // namespace tally::layout
