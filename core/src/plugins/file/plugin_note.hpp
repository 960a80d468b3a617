#pragma once
// The JSON of a plugin's note, as a PluginNote.

#include <string_view>

#include "tally/plugin_info.hpp"

namespace tally::plugins {

/// Read a note. Unknown members are ignored: later versions may add some. Known ones have their type.
/// Errors: PluginNoNote with the fault.
PluginNote parseNote(std::string_view text);

/// Errors: PluginNeedsNewerHost for a minor version of the host that is above this one's.
void checkMinHost(std::uint32_t minor);

/// Refuse what this host can't run: name against `expected` (empty: any), major version, minor version needed,
/// platform. Errors: PluginNameMismatch, PluginWrongVersion, PluginNeedsNewerHost, PluginWrongPlatform.
void checkNote(const PluginNote& note, std::string_view expected);

}  // namespace tally::plugins
