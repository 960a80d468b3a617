#pragma once
// Sections of backends that nobody reads: most are for another day, some are slips.

#include "tally/config.hpp"

namespace tally::plugins {

/// Refuse a section of the file that would be passed by in silence though its name is nearly one that is read: that of
/// the chosen backend, where this has no section of its own, or `plugin`. Sections of plugins that can be seen, and
/// those whose names are near neither, may stay.
/// Errors: ConfigUnknownKey with place and the name meant.   Cost: no I/O, unless a name is near.
void refuseMisspeltSections(const Config& config);

}  // namespace tally::plugins
