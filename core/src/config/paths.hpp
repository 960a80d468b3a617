#pragma once
// Paths as values of a configuration.

#include <filesystem>
#include <string>

#include "config/yaml_tree.hpp"

namespace tally::config {

/// The path in `node`, relative ones taken from `base_dir`, without `.` and `..`. No I/O.
/// Errors: InvalidConfig for `~`, which only a shell expands. `key` is for the message.
std::filesystem::path absolutePath(const YamlNode& node, const std::string& key, const std::filesystem::path& base_dir);

}  // namespace tally::config
