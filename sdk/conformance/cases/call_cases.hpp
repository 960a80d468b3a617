#pragma once
// The parts of group J that need a server, and those of group C about appends over a bad line.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> badLineAppendCases();
std::vector<Case> badLineCases();
std::vector<Case> deadServerCases();
std::vector<Case> refusalCases();

}  // namespace tally::conformance
