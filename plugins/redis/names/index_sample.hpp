#pragma once
// Whether the index has the objects that are there, by a look at some of them.

#include <cstdint>

#include "redis/names/directories.hpp"
#include "redis/names/key_names.hpp"
#include "redis/servers/server_finder.hpp"

namespace tally::redis {

struct IndexSample {
  std::uint64_t objects = 0;  ///< that were looked at
  std::uint64_t missing = 0;  ///< those of them that have no entry; without what belongs to a store below this one
};

/// Look at the first thousand objects or so of each server, among its first ten thousand keys.
/// Errors: those of asking. Cost: at most ten round trips to each server, and two more.
IndexSample sampleIndex(ServerFinder& finder, const KeyNames& names, Directories& directories, const Call& call);

}  // namespace tally::redis
