#pragma once
// The part of group F about keys that are refused, and keys at a limit.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> nameLimitCases();

}  // namespace tally::conformance
