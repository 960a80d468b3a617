#pragma once
// tally.follow/1: a Follow behind its C table.

#include <cstdint>

#include "tally/extensions/follow.h"
#include "tally/extensions/follow.hpp"
#include "tally/sdk/extensions/open_object.hpp"
#include "tally/sdk/host_sinks.hpp"

namespace tally::sdk::detail {

inline std::int32_t nextOfFollower(void* follower, const tally_call* call, std::uint64_t max_bytes,
                                   const tally_sink* sink, std::uint32_t* event, tally_error* error) {
  return guarded(error, [&] {
    HostSink out(sink);
    *event = static_cast<std::uint32_t>(objectOf<Follower>(follower).next(out, max_bytes, callOf(call)));
  });
}

inline std::int32_t cursorOfFollower(void* follower, const tally_sink* sink, tally_error* error) {
  return guarded(error, [&] { HostSink(sink).put(objectOf<Follower>(follower).cursor()); });
}

inline constexpr tally_follower_ops kFollowerOps = {TALLY_END_OF(tally_follower_ops, close), 0, nextOfFollower,
                                                    cursorOfFollower, closeObject<Follower>};

inline std::int32_t openFollower(void* self, const tally_call* call, const tally_str* key,
                                 const tally_follow_options* options, tally_follower* out, tally_error* error) {
  return guarded(error, [&] {
    refuseUnknownFlags(options->flags, TALLY_FOLLOW_FROM_END | TALLY_FOLLOW_FROM_CURSOR | TALLY_FOLLOW_MUST_EXIST);
    if (failed()) return;
    FollowOptions how;
    how.from_end = (options->flags & TALLY_FOLLOW_FROM_END) != 0;
    if ((options->flags & TALLY_FOLLOW_FROM_CURSOR) != 0) how.cursor = viewOf(options->cursor);
    how.must_exist = (options->flags & TALLY_FOLLOW_MUST_EXIST) != 0;
    handOver(abilityOf<Follow>(self).openFollower(viewOf(*key), how, callOf(call)), out, kFollowerOps);
  });
}

inline constexpr tally_follow_ops kFollowOps = {TALLY_END_OF(tally_follow_ops, open), 0, openFollower};

}  // namespace tally::sdk::detail
