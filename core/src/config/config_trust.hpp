#pragma once
// Whether a configuration that nobody named may decide which code is loaded. As git does with its safe.directory: a
// file in a folder above the working directory may have been put there by somebody else.

#include <string>

#include "config/config_file.hpp"
#include "tally/config.hpp"

namespace tally::config {

/// Why somebody other than root and the user of this process could have written the file, or nothing. `descriptor` is
/// the file, opened; asked are its owner and modes, those of the folder it lies in, and the owner of a link.
/// A group that may write is fine where it is the user's own, of the same number, as with the umask 002.
std::string doubtOf(const ConfigFile& file, int descriptor);

/// Whether the process has other rights than who started it.
bool rightsAreRaised() noexcept;

/// Refuse what `file` says about plugins, where it is doubted and nobody named it, or rights are raised.
/// Errors: InvalidConfig, naming place, file, owner, and how to go on.
void checkPluginKeys(const Config& config, const ConfigFile& file);

}  // namespace tally::config
