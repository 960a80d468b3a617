#pragma once
// From text to Config, without a file system: what loadConfig does once it has read the file. Fuzzers begin here.

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tally/config.hpp"

namespace tally::config {

struct ParseInput {
  std::string file_name;                  ///< for messages
  std::filesystem::path base_dir;         ///< absolute
  ConfigSource::Environment environment;  ///< set
  std::vector<std::pair<std::string, std::string>> overrides;
};

/// Check `text`, parse it, put in overrides and variables, and read every section. Empty text gives the defaults.
/// Errors: as loadConfig, but for ConfigNotFound.
/// Threads: any. Cost: linear in the text. No I/O.
Config parseConfig(std::string_view text, const ParseInput& input);

}  // namespace tally::config
