#pragma once
// Whether somebody else could change what we are about to load.

#include <filesystem>
#include <optional>
#include <string>

namespace tally::plugins {

/// What a name stands for. Whatever looks at the file after this takes `path`, so that all of it sees one file, also
/// where a link is put in another place meanwhile.
struct ResolvedFile {
  std::filesystem::path path;           ///< without links; the name itself where it leads nowhere
  std::optional<std::string> distrust;  ///< why it must not be loaded, if so
};

/// Follow the links of a name, once. The file, every link followed and every folder on the way must belong to root or
/// to the user of this process and be writable by nobody else; a sticky folder such as /tmp is fine except as the
/// immediate parent of the file. Never fails: what can't be followed is not trusted.
/// Cost: one lstat a path component.
ResolvedFile resolveFile(const std::filesystem::path& file);

/// Why a file must not be loaded, or nothing.
inline std::optional<std::string> distrust(const std::filesystem::path& file) { return resolveFile(file).distrust; }

}  // namespace tally::plugins
