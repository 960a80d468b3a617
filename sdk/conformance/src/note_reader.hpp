#pragma once
// What the kit takes from a plugin's note.

#include <string>
#include <vector>

#include "tally/plugin_abi.h"

namespace tally::conformance {

/// The ids of the abilities that its storages offer.
std::vector<std::string> abilitiesOf(const tally_plugin& plugin);

}  // namespace tally::conformance
