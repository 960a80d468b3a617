#pragma once
// A disk that does not keep what it was given.

#include "tally/conformance/case.hpp"

namespace tally::conformance {

/// From now on each request of this process to sync something fails with EIO. For cases that run in a process of their
/// own. Skips the case where the kernel does not do that.
void failSyncs();

}  // namespace tally::conformance
