#pragma once
// The cases that run the typed store, TallyStore, over the storage under test. Needs tally::core; pass them to
// runMain() as further groups.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Group> storeGroups();

}  // namespace tally::conformance
