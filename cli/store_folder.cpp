#include "store_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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
  if (problem == std::errc::no_such_file_or_directory) return "symbolic link to nowhere";
  if (problem) return fmt::format("symbolic link that can't be followed: {}", problem.message());
  if (!isBelow(root, target)) return fmt::format("symbolic link that leaves the folder, to {}", target.string());
  return fs::is_regular_file(target, problem) ? "" : "symbolic link to something that is no file";
}

/// One walk; a folder at a time, so that depth costs neither stack nor descriptors.
class Scan {
 public:
  Scan(const CopyOptions& options, fs::path root) : options_(options), root_(std::move(root)) {}

  void run(const fs::path& start, const std::string& key) {
    folders_.emplace_back(key, start);
    while (!folders_.empty()) {
      const auto [key, path] = std::move(folders_.back());
      folders_.pop_back();
      readFolder(key, path);
    }
  }

  std::vector<FolderFile> files;
  std::vector<Refusal> refused;

 private:
  void readFolder(const std::string& key, const fs::path& path) {
    std::error_code problem;
    fs::directory_iterator at(path, problem);
    for (; !problem && at != fs::directory_iterator(); at.increment(problem)) {
      const auto name = at->path().filename().string();
      if (name.rfind(kReservedPrefix, 0) == 0) continue;
      auto entry_key = key.empty() ? name : fmt::format("{}/{}", key, name);
      if (isChosen(options_, entry_key)) take(std::move(entry_key), *at);
    }
    if (problem)
      refused.push_back({key.empty() ? "." : key, fmt::format("the folder can't be read: {}", problem.message())});
  }

  void take(std::string key, const fs::directory_entry& entry) {
    std::error_code failed;
    const auto type = entry.symlink_status(failed).type();
    if (type == fs::file_type::directory) {
      folders_.emplace_back(std::move(key), entry.path());
      return;
    }
    const bool is_link = type == fs::file_type::symlink;
    std::string problem;
    if (const auto key_problem = path::problem(key); !key_problem.empty()) {
      problem = fmt::format("no legal key: {}", key_problem);
    } else if (is_link) {
      problem = linkProblem(entry.path(), root_);
    } else if (type != fs::file_type::regular) {
      problem = failed ? failed.message() : "neither file nor folder";
    }
    if (!problem.empty()) return refused.push_back({std::move(key), std::move(problem)});
    files.push_back({std::move(key), entry.path(), is_link});
  }

  const CopyOptions& options_;
  const fs::path root_;
  std::vector<std::pair<std::string, fs::path>> folders_;  // still to be read
};

}  // namespace

std::vector<FolderFile> scanStoreFolder(const CopyOptions& options, std::vector<Refusal>& refused) try {
  const fs::path given(options.folder);
  const auto start = given / "conversations";
  if (!fs::exists(given)) throw Error(ErrorCode::NotFound, fmt::format("{} does not exist", given.string()));
  if (!fs::is_directory(start)) {
    const auto name = fs::absolute(given / ".").lexically_normal().parent_path();
    const auto* hint = name.filename() == "conversations" ? "; did you mean the folder above it?" : "";
    throw Error(ErrorCode::NotFound,
                fmt::format("{} is no store folder: it has no folder 'conversations'{}", given.string(), hint));
  }
  const auto root = fs::canonical(given);
  if (fs::is_symlink(start) && !isBelow(root, fs::canonical(start))) {
    throw Error(ErrorCode::OutsideRoot, fmt::format("{} is a symbolic link that leaves the folder", start.string()));
  }
  Scan scan(options, root);
  options.all ? scan.run(given, "") : scan.run(start, "conversations");
  std::sort(scan.files.begin(), scan.files.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  std::sort(scan.refused.begin(), scan.refused.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  refused = std::move(scan.refused);
  return std::move(scan.files);
} catch (const fs::filesystem_error& error) {
  throw fileError(error.code().value(), "read", error.path1());
}

}  // namespace tally::cli
