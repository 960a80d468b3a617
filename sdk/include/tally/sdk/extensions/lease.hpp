#pragma once
// tally.lease/1: Leases behind its C table.

#include <cstdint>

#include "tally/extensions/lease.h"
#include "tally/extensions/lease.hpp"
#include "tally/sdk/extensions/open_object.hpp"

namespace tally::sdk::detail {

inline std::int32_t writeUnderLease(void* lease, const tally_call* call, const tally_bytes* parts,
                                    std::uint64_t part_count, tally_stat* stat, tally_error* error) {
  return guarded(error, [&] {
    const Joined content(parts, part_count);
    fillVersion(stat, objectOf<Lease>(lease).write(content.view(), callOf(call)));
  });
}

inline std::int32_t appendUnderLease(void* lease, const tally_call* call, const tally_bytes* parts,
                                     std::uint64_t part_count, std::uint64_t* size, tally_error* error) {
  return guarded(error, [&] {
    const Joined content(parts, part_count);
    const auto after = objectOf<Lease>(lease).append(content.view(), callOf(call));
    *size = after.value_or(TALLY_UNKNOWN_SIZE);
  });
}

inline std::int32_t releaseLease(void* lease, const tally_call* call, tally_error* error) {
  return guarded(error, [&] { objectOf<Lease>(lease).release(callOf(call)); });
}

inline constexpr tally_lease_ops kLeaseOps = {
    TALLY_END_OF(tally_lease_ops, close), 0, writeUnderLease, appendUnderLease, releaseLease, closeObject<Lease>};

inline std::int32_t acquireLease(void* self, const tally_call* call, const tally_str* key, const tally_str* owner,
                                 const tally_lease_options* options, tally_lease* out, tally_error* error) {
  return guarded(error, [&] {
    refuseUnknownFlags(options->flags, TALLY_LEASE_IF_FREE);
    if (failed()) return;
    const LeaseOptions how{(options->flags & TALLY_LEASE_IF_FREE) != 0};
    handOver(abilityOf<Leases>(self).acquireLease(viewOf(*key), viewOf(*owner), how, callOf(call)), out, kLeaseOps);
  });
}

inline constexpr tally_leases_ops kLeasesOps = {TALLY_END_OF(tally_leases_ops, acquire), 0, acquireLease};

}  // namespace tally::sdk::detail
