#pragma once
// Deleting streams. The service does it in its own time; a deleted stream is gone for everybody at once, only its name
// is not free at once.

#include <string_view>

#include "s2/storage/basin_api.hpp"
#include "s2/storage/stream_memory.hpp"

namespace tally::s2 {

/// Delete one stream; one that this storage deletes already was not there any more.
/// Cost: one request, two right after an earlier deletion of the same.
Removal removeStream(BasinApi& api, StreamMemory& memory, std::string_view stream, const Call& call);

/// Delete all streams whose names begin with `prefix`. Returns whether there was one, also where an answer was lost.
/// Stops at the first failure: what was deleted until then stays so. Cost: a request for 1000 names, and one for each
/// stream; 32 of them side by side.
bool removeBelow(BasinApi& api, StreamMemory& memory, std::string_view prefix, const Call& call);

}  // namespace tally::s2
