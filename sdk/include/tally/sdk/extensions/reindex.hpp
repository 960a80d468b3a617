#pragma once
// tally.reindex/1: a Reindex behind its C table.

#include <cstdint>

#include "tally/extensions/reindex.h"
#include "tally/extensions/reindex.hpp"
#include "tally/sdk/extensions/open_object.hpp"
#include "tally/sdk/host_sinks.hpp"

namespace tally::sdk::detail {

class HostReindexProgress final : public ReindexProgress {
 public:
  explicit HostReindexProgress(const tally_reindex_progress* sink) noexcept : outlet_(sink) {}
  void lookedAt(std::uint64_t objects) override { outlet_.put(objects); }

 private:
  Outlet<tally_reindex_progress> outlet_;
};

inline std::int32_t rebuildIndex(void* self, const tally_call* call, const tally_reindex_progress* progress,
                                 tally_reindex_result* result, tally_error* error) {
  return guarded(error, [&] {
    HostReindexProgress out(progress);
    const ReindexResult done = abilityOf<Reindex>(self).rebuildIndex(out, callOf(call));
    result->objects = done.objects;
    result->added = done.added;
    result->dropped = done.dropped;
  });
}

inline constexpr tally_reindex_ops kReindexOps = {TALLY_END_OF(tally_reindex_ops, rebuild), 0, rebuildIndex};

}  // namespace tally::sdk::detail
