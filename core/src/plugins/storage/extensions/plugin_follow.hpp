#pragma once
// tally.follow/1 of a plugin as a Follow.

#include "plugins/storage/extensions/ability.hpp"
#include "tally/extensions/follow.h"
#include "tally/extensions/follow.hpp"

namespace tally::plugins {

class PluginFollow final : public Follow, private AbilityOf<tally_follow_ops> {
 public:
  using AbilityOf::AbilityOf;
  using AbilityOf::Ops;
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options, const Call& call) override;
};

}  // namespace tally::plugins
