#include "store_folder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "files.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

bool isBelow(const fs::path& root, const fs::path& path) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

/// What is wrong with a symbolic link, or nothing if it leads to a file of the same folder.
std::string linkProblem(const fs::path& link, const fs::path& root) {
  std::error_code problem;
  const auto target = fs::canonical(link, problem);
  if (problem) return "symbolic link to nowhere";
  if (!isBelow(root, target)) return fmt::format("symbolic link that leaves the folder, to {}", target.string());
  return fs::is_regular_file(target) ? "" : "symbolic link to something that is no file";
}

/// What is wrong with an entry that is no folder, or nothing if it can be copied.
std::string entryProblem(const fs::directory_entry& entry, const fs::path& root, const std::string& key) {
  const auto key_problem = path::problem(key);
  if (!key_problem.empty()) return fmt::format("no legal key: {}", key_problem);
  if (entry.is_symlink()) return linkProblem(entry.path(), root);
  return entry.is_regular_file() ? "" : "neither file nor folder";
}

}  // namespace

std::vector<FolderFile> scanStoreFolder(const CopyOptions& options, std::vector<Refusal>& refused) try {
  const fs::path given(options.folder);
  const auto start = given / "conversations";
  if (!fs::is_directory(start)) {
    throw Error(ErrorCode::NotFound,
                fmt::format("{} is no store folder: it has no folder 'conversations'", given.string()));
  }
  const auto root = fs::canonical(given);
  if (fs::is_symlink(start) && !isBelow(root, fs::canonical(start))) {
    throw Error(ErrorCode::OutsideRoot, fmt::format("{} is a symbolic link that leaves the folder", start.string()));
  }
  std::vector<FolderFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(start)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    auto key = "conversations/" + entry.path().lexically_relative(start).generic_string();
    if (!isChosen(options, key)) continue;
    auto problem = entryProblem(entry, root, key);
    if (!problem.empty()) {
      refused.push_back({std::move(key), std::move(problem)});
    } else {
      files.push_back({std::move(key), entry.path(), entry.is_symlink()});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  std::sort(refused.begin(), refused.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
} catch (const fs::filesystem_error& error) {
  throw fileError(error.code().value(), "read", error.path1());
}

}  // namespace tally::cli
