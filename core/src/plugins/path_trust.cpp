#include "plugins/path_trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace tally::plugins {
namespace {

std::string modeText(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

std::optional<std::string> distrustOne(const std::filesystem::path& path, bool sticky_is_fine) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) return path.string() + " can't be examined";
  if (facts.st_uid != 0 && facts.st_uid != ::geteuid()) {
    return path.string() + " belongs to another user (uid " + std::to_string(facts.st_uid) + ")";
  }
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) == 0) return std::nullopt;
  if (sticky_is_fine && S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0) return std::nullopt;
  const char* who = (facts.st_mode & S_IWOTH) != 0 ? "everybody" : "its group";
  return path.string() + " is writable by " + who + " (mode " + modeText(facts.st_mode) + ")";
}

}  // namespace

std::optional<std::string> distrust(const std::filesystem::path& file) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(file, failed);
  if (failed) return file.string() + " can't be resolved: " + failed.message();
  if (auto why = distrustOne(real, false)) return why;
  for (auto folder = real.parent_path();; folder = folder.parent_path()) {
    if (auto why = distrustOne(folder, folder != real.parent_path())) return why;
    if (folder == folder.parent_path()) return std::nullopt;
  }
}

}  // namespace tally::plugins
