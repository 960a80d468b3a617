#pragma once
// What an operator says of a plugin, in <name>.plugin.yaml beside the file. It can switch a plugin off, pin its hash
// and describe it; it can't change who the plugin is or lead to another file.
//
//   disabled: true
//   reason: "CVE-2031-0001, waiting for 1.2.4"
//   sha256: "64 hexadecimal digits"
//   description: "the storage team's build"
//   replaces: "1.1 from the vendor"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tally::plugins {

struct PluginManifest {
  std::filesystem::path file;
  bool disabled = false;
  std::string reason;       ///< why it is disabled
  std::string sha256;       ///< lower-case hex, or empty
  std::string description;  ///< for listings
  std::string replaces;     ///< what this file took the place of, for listings
};

/// The manifest in `text`. Errors: PluginBadManifest with line, column and what is allowed. Unknown keys are errors.
PluginManifest parseManifest(std::string_view text, const std::filesystem::path& file);

/// The manifest beside a plugin file; nothing when there is none. A broken one is an error, not a skip.
/// Errors: PluginBadManifest. Cost: one open, and where there is a manifest a read of at most 64 KiB.
std::optional<PluginManifest> readManifest(const std::filesystem::path& plugin, const std::string& name);

}  // namespace tally::plugins
