#pragma once
// Who else could change a file: one rule and one text for configurations and plugins.

#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace tally::config {

/// "/x belongs to another user (uid 7)"; nothing for what is root's or this process's user's.
std::string doubtOfOwner(const std::filesystem::path& path, const struct stat& facts);

/// "/x is writable by everybody (mode 0666)", where the mode has one of the bits `others` (S_IWGRP, S_IWOTH); else
/// nothing.
std::string doubtOfMode(const std::filesystem::path& path, const struct stat& facts, mode_t others);

}  // namespace tally::config
