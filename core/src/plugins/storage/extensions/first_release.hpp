#pragma once
// Where the tables of the optional abilities ended when they were first released. A plugin built then is taken for
// ever, so these ends never move: a slot that is appended to a header gets a stub here instead.

#include "plugins/boundary/table_copy.hpp"
#include "tally/extensions/append_stream.h"
#include "tally/extensions/batch.h"
#include "tally/extensions/consumer_group.h"
#include "tally/extensions/follow.h"
#include "tally/extensions/health.h"
#include "tally/extensions/lease.h"
#include "tally/extensions/reindex.h"

namespace tally::plugins {

/// A table that has all its slots from the first release.
template <typename Table, std::uint32_t kFirstEnd>
struct NothingLater {
  static constexpr std::uint32_t kEnd = kFirstEnd;
  static_assert(kEnd == sizeof(Table), "a slot was appended: give it a stub in FirstRelease<Table>::addStubs");
  static void addStubs(Table&) noexcept {}
};

// NOLINTBEGIN(bugprone-sizeof-expression): of pointers
template <>
struct FirstRelease<tally_append_streams_ops>
    : NothingLater<tally_append_streams_ops, TALLY_END_OF(tally_append_streams_ops, open)> {};
template <>
struct FirstRelease<tally_append_stream_ops>
    : NothingLater<tally_append_stream_ops, TALLY_END_OF(tally_append_stream_ops, close)> {};
template <>
struct FirstRelease<tally_batch_ops> : NothingLater<tally_batch_ops, TALLY_END_OF(tally_batch_ops, remove_many)> {};
template <>
struct FirstRelease<tally_consumer_group_ops>
    : NothingLater<tally_consumer_group_ops, TALLY_END_OF(tally_consumer_group_ops, join)> {};
template <>
struct FirstRelease<tally_group_consumer_ops>
    : NothingLater<tally_group_consumer_ops, TALLY_END_OF(tally_group_consumer_ops, close)> {};
template <>
struct FirstRelease<tally_follow_ops> : NothingLater<tally_follow_ops, TALLY_END_OF(tally_follow_ops, open)> {};
template <>
struct FirstRelease<tally_follower_ops> : NothingLater<tally_follower_ops, TALLY_END_OF(tally_follower_ops, close)> {};
template <>
struct FirstRelease<tally_health_ops> : NothingLater<tally_health_ops, TALLY_END_OF(tally_health_ops, check)> {};
template <>
struct FirstRelease<tally_leases_ops> : NothingLater<tally_leases_ops, TALLY_END_OF(tally_leases_ops, acquire)> {};
template <>
struct FirstRelease<tally_lease_ops> : NothingLater<tally_lease_ops, TALLY_END_OF(tally_lease_ops, close)> {};
template <>
struct FirstRelease<tally_reindex_ops> : NothingLater<tally_reindex_ops, TALLY_END_OF(tally_reindex_ops, rebuild)> {};
// NOLINTEND(bugprone-sizeof-expression)

}  // namespace tally::plugins
