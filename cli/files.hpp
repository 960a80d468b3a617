#pragma once
// Files of the user: input to read whole, output to put in place in one step.

#include <filesystem>
#include <string>
#include <string_view>

#include "tally/error.hpp"

namespace tally::cli {

/// The error for a failed system call on a file of the user, with the code that fits its errno.
Error fileError(int number, std::string_view operation, const std::filesystem::path& path);

/// The bytes of a file, or of standard input for "-". Errors: NotFound, PermissionDenied, IsADirectory, ...
std::string readInput(const std::filesystem::path& path);

/// As readInput for a regular file that is no symbolic link.
std::string readRegularFile(const std::filesystem::path& path);

/// Names that begin so are not data: no store shows them, and unfinished files are called so.
inline constexpr std::string_view kReservedPrefix = ".tally~";

/// Put a file in place: whole or not at all, synced, replacing what is there.
void replaceFile(const std::filesystem::path& path, std::string_view content);

/// Remove what replaceFile of processes that were killed left below `folder`. What can't be removed stays.
void removeLeftovers(const std::filesystem::path& folder);

/// Create a file that must not exist. Errors: AlreadyExists.
void createFile(const std::filesystem::path& path, std::string_view content);

}  // namespace tally::cli
