#pragma once
// Which file is the configuration, and what is in it.

#include <filesystem>
#include <optional>
#include <string>

#include "tally/config.hpp"

namespace tally::config {

struct ConfigFile {
  std::filesystem::path path;  ///< absolute
  std::string shown_name;      ///< for messages: as the user named it, or as it is seen from the start folder
  bool named = false;          ///< by a person or a variable, not found by walking up
  std::string doubt = {};      ///< why somebody else could have written it, if so; known once it is read
};

/// The named file, else that of TALLY_CONFIG, else the nearest tally.yaml or tally.yml in `start_dir` or above it;
/// nothing when there is none. A named file is not looked at.
/// Errors: PermissionDenied or InvalidConfig when a folder on the way can't be searched.
std::optional<ConfigFile> findConfigFile(const std::filesystem::path& named, const std::filesystem::path& start_dir,
                                         const ConfigSource::Environment& environment);

/// The text of the file, at most a little more than kMaxFileBytes of it: the check of the text refuses that.
/// Notes in `file` who could have written it.
/// Errors, with path and reason: ConfigNotFound, PermissionDenied; InvalidConfig for whatever else is no readable file.
std::string readConfigFile(ConfigFile& file);

}  // namespace tally::config
