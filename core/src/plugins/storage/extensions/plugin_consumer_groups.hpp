#pragma once
// tally.consumer_group/1 of a plugin as ConsumerGroups.

#include "plugins/storage/extensions/ability.hpp"
#include "tally/extensions/consumer_group.h"
#include "tally/extensions/consumer_group.hpp"

namespace tally::plugins {

class PluginConsumerGroups final : public ConsumerGroups, private AbilityOf<tally_consumer_group_ops> {
 public:
  using AbilityOf::AbilityOf;
  using AbilityOf::Ops;
  void createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                   const Call& call) override;
  bool dropGroup(std::string_view key, std::string_view group, const Call& call) override;
  GroupState groupState(std::string_view key, std::string_view group, const Call& call) override;
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override;

 private:
  template <typename Ask>
  auto ask(std::string_view key, std::string_view group, const Call& call, Ask&& ask);
};

}  // namespace tally::plugins
