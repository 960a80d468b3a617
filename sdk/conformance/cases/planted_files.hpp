#pragma once
// Cases for adapters that keep keys as files: the kit plants links and stray files in their folder and takes
// permissions away, behind the adapter's back. They belong to groups D, E, F and I.

#include <vector>

#include "tally/conformance/case.hpp"

namespace tally::conformance {

std::vector<Case> plantedFileCases();  // D
/// E10: a link inside a directory that is removed.
void removeLeavesLinkTarget(Context& context);
/// F13: keys that look absolute.
void keysStayInside(Context& context);
/// I08: the folder can't be written.
void readOnlyRoot(Context& context);

}  // namespace tally::conformance
