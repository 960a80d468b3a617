#pragma once
// Rebuilds the index from the streams that are there: after other programs made some, or somebody touched the index.

#include <cstdint>

#include "redis_storage.hpp"

namespace tally::redis {

struct ReindexReport {
  std::uint64_t objects = 0;  ///< streams that are objects of the store; all have an entry now
  std::uint64_t refused = 0;  ///< among them, those that can't have one: a file and a directory of the same name
  std::uint64_t dropped = 0;  ///< entries whose object was gone
};

/// The one place that goes through all keys of the server, by SCAN. The store can be used meanwhile, and what was there
/// before and stays is entered. May be repeated and interrupted.
/// Errors: those of Server::run. Cost: one round trip for each thousand keys of the server, four for each thousand
/// objects.
ReindexReport reindex(RedisStorage& storage, const Call& call);

}  // namespace tally::redis
