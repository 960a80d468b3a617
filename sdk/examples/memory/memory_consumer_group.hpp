#pragma once
// tally.consumer_group/1 in memory: a group is a place in the object's appends, and a list of those that were handed
// out.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "memory_objects.hpp"
#include "tally/extensions/consumer_group.hpp"

namespace tally::examples {

class MemoryConsumerGroups final : public ConsumerGroups {
 public:
  explicit MemoryConsumerGroups(MemoryObjects& objects) noexcept : objects_(objects) {}

  void createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                   const Call& call) override;
  bool dropGroup(std::string_view key, std::string_view group, const Call& call) override;
  GroupState groupState(std::string_view key, std::string_view group, const Call& call) override;
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override;

  /// A record that was handed out and not acknowledged.
  struct Pending {
    std::string consumer;
    MemoryObjects::Clock::time_point since;
    std::uint32_t deliveries = 0;
  };
  struct Group {
    std::uint64_t born = 0;  // of the object that it belongs to
    std::uint64_t next = 0;  // the first record that was never handed out
    std::map<std::uint64_t, Pending> pending;
    std::set<std::string, std::less<>> consumers;
  };
  using Name = std::pair<std::string, std::string>;  // key, group

  /// The group and its object. Errors: NotFound. Call with the lock held; it is the caller's as long as that is.
  std::pair<Group&, const MemoryObjects::Object&> find(const Name& name);

 private:
  MemoryObjects& objects_;
  std::map<Name, Group> groups_;  // guarded by objects_.mutex
};

}  // namespace tally::examples
