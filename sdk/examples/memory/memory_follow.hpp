#pragma once
// tally.follow/1 in memory: a follower remembers which object it saw and how much of it.

#include <memory>
#include <string_view>

#include "memory_objects.hpp"
#include "tally/extensions/follow.hpp"

namespace tally::examples {

class MemoryFollow final : public Follow {
 public:
  explicit MemoryFollow(MemoryObjects& objects) noexcept : objects_(objects) {}
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options, const Call& call) override;

 private:
  MemoryObjects& objects_;
};

}  // namespace tally::examples
