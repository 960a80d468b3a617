#pragma once
// Whether somebody else could change what we are about to load.

#include <filesystem>
#include <optional>
#include <string>

namespace tally::plugins {

/// Why a file must not be loaded, or nothing. The file and every folder above it must belong to root or to the user
/// of this process and be writable by nobody else; a sticky folder such as /tmp is fine except as the immediate
/// parent. Links are followed first. Cost: one lstat a path component.
std::optional<std::string> distrust(const std::filesystem::path& file);

}  // namespace tally::plugins
