#pragma once
// The part of group D about pages.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> listPageCases();

}  // namespace tally::conformance
