#pragma once
// Whether the kit catches a mutant, by the case that is about its fault. One that survives is a hole in the kit.

#include <string>
#include <vector>

#include "tally/conformance/harness.hpp"

namespace tally::test {

/// Run that case, and `others`, of which some must pass: a mutant that fails everywhere proves nothing. Says how it
/// went. A mutant that does not end is caught after so many seconds, instead of those of the case.
bool isCaught(conformance::Harness& mutant, const std::string& name, const std::string& by,
              const std::vector<std::string>& others, int limit_seconds = 0);

/// Whether a storage that is right passes a group. Says so if not.
bool passesAll(conformance::Harness& right, const std::string& group);

/// The cases of the groups, a letter each, that are not among `known`; in one line.
std::string casesBeside(const std::string& groups, const std::vector<std::string>& known);

}  // namespace tally::test
