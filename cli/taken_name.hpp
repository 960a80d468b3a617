#pragma once
// What to know before a backend gets a name that another one has.

#include <string>
#include <vector>

#include "tally/plugin_info.hpp"

namespace tally::cli {

/// Which plugin would be loaded, once a new one called `name` is installed by hand too, and what helps; empty where the
/// name is free. `places` are those of the search, in its order. Cost: a look into each.
std::string takenName(const std::string& name, const std::vector<SearchPlace>& places);

}  // namespace tally::cli
