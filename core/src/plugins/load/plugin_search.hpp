#pragma once
// Where plugin files are looked for. A fixed order; the first place that holds the file wins, even if the file is bad.

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "tally/call.hpp"
#include "tally/config.hpp"
#include "tally/error.hpp"
#include "tally/plugin_info.hpp"

namespace tally::plugins {

/// "libtally_redis.so"
std::string fileNameOf(const std::string& backend);

/// The backend's name in "libtally_redis.so", or "".
std::string backendOf(const std::filesystem::path& file);

/// The folder of the core library; where the runtime's own helper and plugins are found. Looked for once, when the
/// library is loaded. Empty if unknown.
const std::filesystem::path& coreFolder();

/// The plugin files in a folder, by name. `failed` says why these are not all of them.
std::vector<std::filesystem::path> pluginFilesIn(const std::filesystem::path& dir, std::error_code& failed);

/// PermissionDenied, for a place that is there but can't be looked into.
Error unreadablePlace(const SearchPlace& place, std::error_code reason);

struct Found {
  std::filesystem::path path;
  std::string place;
};

/// The file for a backend.
/// Errors: PluginNotFound, which prints every place looked at and why nothing was found there, and near names;
/// PermissionDenied for a place before the first match that can't be looked into; for a name that no plugin can have
/// InvalidConfig if it is the configured one, else InvalidArgument; Timeout and Cancelled of the call.
Found findPlugin(const Config& config, const std::string& backend, const Call& call = {});

/// The names of plugins that can be seen in any place, linked-in ones too.
/// Errors: Timeout and Cancelled of the wait for the registry.
std::vector<std::string> visibleNames(const Config& config, const Call& call = {});

}  // namespace tally::plugins
