#include "plugins/file/path_trust.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "config/file_owner.hpp"

namespace tally::plugins {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel follows

// One path component at a time, and every one is looked at.
class Walk {
 public:
  explicit Walk(const fs::path& absolute) { follow(absolute); }

  bool failed() const noexcept { return error_ != 0; }
  int error() const noexcept { return error_; }
  const fs::path& real() const noexcept { return at_; }
  std::optional<std::string> distrust() {
    judge(at_.parent_path(), false);
    judge(at_, false);
    return why_;
  }

 private:
  void follow(const fs::path& path) {
    for (const fs::path& part : path) {
      if (failed()) return;
      if (part.empty() || part == ".") continue;
      if (part == "/") {
        at_ = part;
        judge(at_, true);
      } else if (part == "..") {
        at_ = at_.parent_path();
      } else {
        enter(at_ / part);
      }
    }
  }

  void enter(const fs::path& next) {
    struct stat facts {};
    if (::lstat(next.c_str(), &facts) != 0) return fail(errno);
    if (S_ISLNK(facts.st_mode)) {
      judgeOwner(next, facts);
      std::error_code unread;
      const fs::path target = fs::read_symlink(next, unread);
      if (unread || ++links_ > kMostLinks) return fail(unread ? unread.value() : ELOOP);
      return follow(target);
    }
    at_ = next;
    if (S_ISDIR(facts.st_mode)) judge(at_, facts, true);
  }

  void fail(int number) { error_ = number; }

  void judge(const fs::path& path, bool sticky_is_fine) {
    struct stat facts {};
    if (why_) return;
    if (::lstat(path.c_str(), &facts) != 0) {
      why_ = path.string() + " can't be examined";
    } else {
      judge(path, facts, sticky_is_fine);
    }
  }

  void judge(const fs::path& path, const struct stat& facts, bool sticky_is_fine) {
    judgeOwner(path, facts);
    if (sticky_is_fine && S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0) return;
    note(config::doubtOfMode(path, facts, S_IWGRP | S_IWOTH));
  }

  void judgeOwner(const fs::path& path, const struct stat& facts) { note(config::doubtOfOwner(path, facts)); }

  // The first doubt is the one that is told.
  void note(std::string doubt) {
    if (!why_ && !doubt.empty()) why_ = std::move(doubt);
  }

  fs::path at_;  // so far, without links
  std::optional<std::string> why_;
  int links_ = 0, error_ = 0;
};

}  // namespace

ResolvedFile resolveFile(const fs::path& file) {
  std::error_code nowhere;
  Walk walk(fs::absolute(file, nowhere));
  if (walk.failed()) return {file, file.string() + " can't be resolved: " + std::strerror(walk.error())};
  return {walk.real(), walk.distrust()};
}

}  // namespace tally::plugins
