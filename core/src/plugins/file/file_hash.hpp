#pragma once
// The SHA-256 of an open file.

#include <string>

namespace tally::plugins {

/// Lower-case hex. Errors: PluginHashMismatch if the file can't be read. Cost: one pass over the file.
std::string sha256(int descriptor);

}  // namespace tally::plugins
