#pragma once
// The parts of groups C and G about options that mean nothing.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> appendOptionCases();
std::vector<Case> writeOptionCases();

}  // namespace tally::conformance
