#pragma once
// The part of group F about keys that are refused, and keys at a limit.

#include <string>
#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> nameLimitCases();

/// All keys of the storage, walked from the root, in order.
std::vector<std::string> keysIn(IStorage& storage);

}  // namespace tally::conformance
