#pragma once
// What an operator should know of the folder behind a store.

#include "local/files/store_parts.hpp"
#include "tally/extensions/health.hpp"

namespace tally::local {

/// Look at rights, file system, space, durability and what killed programs have left behind. Changes nothing.
/// Cost: a few system calls, and the names of at most 100,000 files.
void checkFolder(StoreParts& parts, HealthSink& out, const Call& call);

}  // namespace tally::local
