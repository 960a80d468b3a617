#pragma once
// A tree for showing stored JSON, whatever it holds.

#include <string_view>

#include "tally/json.hpp"

namespace tally::cli {

/// The tree of a valid JSON text. What has no tree form becomes text as it is stored: the number 1e999 is "1e999"
/// there, half a surrogate pair is the six characters \ud83d. Never fails.
Json treeOf(std::string_view json);

}  // namespace tally::cli
