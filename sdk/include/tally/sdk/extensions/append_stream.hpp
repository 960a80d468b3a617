#pragma once
// tally.append_stream/1: AppendStreams behind its C table.

#include <cstdint>

#include "tally/extensions/append_stream.h"
#include "tally/extensions/append_stream.hpp"
#include "tally/sdk/extensions/open_object.hpp"

namespace tally::sdk::detail {

inline std::int32_t submitAppend(void* stream, const tally_bytes* parts, std::uint64_t part_count,
                                 std::uint64_t* ticket, std::uint32_t* accepted, tally_error* error) {
  return guarded(error, [&] {
    const Joined content(parts, part_count);
    const auto given = objectOf<AppendStream>(stream).submit(content.view());
    *accepted = given ? 1 : 0;
    *ticket = given.value_or(0);
  });
}

inline std::int32_t waitAppend(void* stream, const tally_call* call, std::uint64_t ticket, std::uint64_t* size,
                               tally_error* error) {
  return guarded(error, [&] {
    const auto after = objectOf<AppendStream>(stream).wait(ticket, callOf(call));
    *size = after.value_or(TALLY_UNKNOWN_SIZE);
  });
}

inline constexpr tally_append_stream_ops kAppendStreamOps = {TALLY_END_OF(tally_append_stream_ops, close), 0,
                                                             submitAppend, waitAppend, closeObject<AppendStream>};

inline std::int32_t openAppendStream(void* self, const tally_call* call, const tally_str* key,
                                     const tally_append_stream_options* options, tally_append_stream* out,
                                     tally_error* error) {
  return guarded(error, [&] {
    refuseUnknownFlags(options->flags, 0);
    if (failed()) return;
    const AppendStreamOptions how{options->window_bytes, options->window_count};
    handOver(abilityOf<AppendStreams>(self).openAppendStream(viewOf(*key), how, callOf(call)), out, kAppendStreamOps);
  });
}

inline constexpr tally_append_streams_ops kAppendStreamsOps = {TALLY_END_OF(tally_append_streams_ops, open), 0,
                                                               openAppendStream};

}  // namespace tally::sdk::detail
