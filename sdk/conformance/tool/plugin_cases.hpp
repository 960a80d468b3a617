#pragma once
// Cases about a plugin under the host: its options, as a configuration gives them.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

/// Put them into group P of `groups`.
void addHostCases(std::vector<Group>& groups);

}  // namespace tally::conformance
