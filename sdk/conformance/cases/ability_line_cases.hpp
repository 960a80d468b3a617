#pragma once
// The cases of the abilities that need a server to stand a proxy before, for the tables of their groups.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> followLineCases();
std::vector<Case> appendStreamLineCases();
std::vector<Case> consumerGroupLineCases();

}  // namespace tally::conformance
