#pragma once
// The part of group I about kill -9.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> killCases();

}  // namespace tally::conformance
