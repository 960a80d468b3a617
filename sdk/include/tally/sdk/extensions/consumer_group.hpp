#pragma once
// tally.consumer_group/1: ConsumerGroups behind its C table.

#include <chrono>
#include <cstdint>

#include "tally/extensions/consumer_group.h"
#include "tally/extensions/consumer_group.hpp"
#include "tally/sdk/extensions/open_object.hpp"
#include "tally/sdk/host_sinks.hpp"

namespace tally::sdk::detail {

class HostGroupSink final : public GroupSink {
 public:
  explicit HostGroupSink(const tally_group_sink* sink) noexcept : outlet_(sink) {}
  void take(const GroupRecord& record) override {
    const tally_group_record view{TALLY_END_OF(tally_group_record, content),
                                  record.deliveries,
                                  {record.id.data(), record.id.size()},
                                  {record.content.data(), record.content.size()}};
    outlet_.put(&view);
  }

 private:
  Outlet<tally_group_sink> outlet_;
};

inline std::int32_t nextOfConsumer(void* consumer, const tally_call* call, std::uint64_t max_records,
                                   const tally_group_sink* sink, tally_error* error) {
  return guarded(error, [&] {
    HostGroupSink out(sink);
    objectOf<GroupConsumer>(consumer).next(out, max_records, callOf(call));
  });
}

inline std::int32_t acknowledgeRecords(void* consumer, const tally_call* call, const tally_str* ids,
                                       std::uint64_t count, std::uint64_t* acknowledged, tally_error* error) {
  return guarded(
      error, [&] { *acknowledged = objectOf<GroupConsumer>(consumer).acknowledge(viewsOf(ids, count), callOf(call)); });
}

inline constexpr tally_group_consumer_ops kGroupConsumerOps = {
    TALLY_END_OF(tally_group_consumer_ops, close), 0, nextOfConsumer, acknowledgeRecords, closeObject<GroupConsumer>};

inline std::int32_t createGroup(void* self, const tally_call* call, const tally_str* key, const tally_str* group,
                                const tally_group_options* options, tally_error* error) {
  return guarded(error, [&] {
    refuseUnknownFlags(options->flags, TALLY_GROUP_FROM_END);
    if (failed()) return;
    const GroupOptions how{(options->flags & TALLY_GROUP_FROM_END) != 0};
    abilityOf<ConsumerGroups>(self).createGroup(viewOf(*key), viewOf(*group), how, callOf(call));
  });
}

inline std::int32_t dropGroup(void* self, const tally_call* call, const tally_str* key, const tally_str* group,
                              std::uint32_t* existed, tally_error* error) {
  return guarded(error, [&] {
    *existed = abilityOf<ConsumerGroups>(self).dropGroup(viewOf(*key), viewOf(*group), callOf(call)) ? 1 : 0;
  });
}

inline std::int32_t groupState(void* self, const tally_call* call, const tally_str* key, const tally_str* group,
                               tally_group_state* state, tally_error* error) {
  return guarded(error, [&] {
    const GroupState now = abilityOf<ConsumerGroups>(self).groupState(viewOf(*key), viewOf(*group), callOf(call));
    state->consumers = now.consumers;
    state->pending = now.pending;
    state->waiting = now.waiting.value_or(TALLY_UNKNOWN_COUNT);
  });
}

inline std::int32_t joinGroup(void* self, const tally_call* call, const tally_str* key, const tally_str* group,
                              const tally_str* consumer, const tally_group_join_options* options,
                              tally_group_consumer* out, tally_error* error) {
  return guarded(error, [&] {
    refuseUnknownFlags(options->flags, 0);
    if (failed()) return;
    const GroupJoinOptions how{std::chrono::nanoseconds(options->take_over_after_ns)};
    auto& groups = abilityOf<ConsumerGroups>(self);
    handOver(groups.joinGroup(viewOf(*key), viewOf(*group), viewOf(*consumer), how, callOf(call)), out,
             kGroupConsumerOps);
  });
}

inline constexpr tally_consumer_group_ops kConsumerGroupOps = {
    TALLY_END_OF(tally_consumer_group_ops, join), 0, createGroup, dropGroup, groupState, joinGroup};

}  // namespace tally::sdk::detail
