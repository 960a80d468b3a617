#pragma once
// tally.consumer_group/1: the groups of Redis Streams.

#include "redis/storage/group_consumer.hpp"
#include "tally/extensions/consumer_group.hpp"

namespace tally::redis {

class RedisGroups final : public ConsumerGroups {
 public:
  explicit RedisGroups(GroupContext context) noexcept : context_(context) {}

  /// Cost of each: one round trip.
  void createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                   const Call& call) override;
  bool dropGroup(std::string_view key, std::string_view group, const Call& call) override;
  GroupState groupState(std::string_view key, std::string_view group, const Call& call) override;
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override;

 private:
  std::string begin(std::string_view key, const Call& call) const;
  Reply run(Command command, const std::string& stream, const Call& call);

  const GroupContext context_;
};

}  // namespace tally::redis
