#pragma once
// Reads a stream to its confirmed tail.

#include <optional>
#include <string_view>

#include "s2/records/fold.hpp"
#include "s2/storage/basin_api.hpp"

namespace tally::s2 {

/// All that a stream holds, as of its tail at some moment during the call. Fold::exists() says whether there is an
/// object; a missing stream is one without records. A broken session is begun anew: what was read before may be of a
/// stream that is there no more. Errors: Corrupt when the content was cut; Unavailable, Exhausted, Unauthenticated,
/// PermissionDenied, Cancelled, Timeout. Cost: one round trip and the transfer, two of a stream without records; memory
/// for the content.
Fold readObject(BasinApi& api, std::string_view stream, const Call& call);

/// Whether a stream in this state holds an object, and not only a lease, or parts of one that is still being written.
/// Cost: none when it never had records; else a request for its first record, and a read where that does not tell.
bool holdsObject(BasinApi& api, std::string_view stream, const StreamState& state, const Call& call);

/// As far as the stream's first records show that, asked for in `head` before its state was known, or not at all. What
/// is too large to be shown there is taken for content. Cost: none more if `head` was asked for and does not begin with
/// a lot of leases; else a request for each 1 KiB of them.
bool beginsLikeObject(BasinApi& api, std::string_view stream, const StreamState& state, std::optional<Pending>& head,
                      const Call& call);

}  // namespace tally::s2
