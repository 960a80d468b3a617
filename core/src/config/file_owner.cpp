#include "config/file_owner.hpp"

#include <unistd.h>

#include <cstdio>

namespace tally::config {

std::string doubtOfOwner(const std::filesystem::path& path, const struct stat& facts) {
  if (facts.st_uid == 0 || facts.st_uid == ::geteuid()) return {};
  return path.string() + " belongs to another user (uid " + std::to_string(facts.st_uid) + ")";
}

std::string doubtOfMode(const std::filesystem::path& path, const struct stat& facts, mode_t others) {
  if ((facts.st_mode & others) == 0) return {};
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(facts.st_mode & 07777));
  const char* who = (facts.st_mode & S_IWOTH) != 0 ? "everybody" : "its group";
  return path.string() + " is writable by " + who + " (mode " + mode + ")";
}

}  // namespace tally::config
