#pragma once
// Whether the kit catches a mutant, by the case that is about its fault. One that survives is a hole in the kit.

#include <string>
#include <vector>

#include "tally/conformance/harness.hpp"

namespace tally::test {

/// Run that case, and `others`, of which some must pass: a mutant that fails everywhere proves nothing. Says how it
/// went.
bool isCaught(conformance::Harness& mutant, const std::string& name, const std::string& by,
              const std::vector<std::string>& others);

/// Whether a storage that is right passes a group. Says so if not.
bool passesAll(conformance::Harness& right, const std::string& group);

}  // namespace tally::test
