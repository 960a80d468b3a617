#include "memory_consumer_group.hpp"

#include <charconv>
#include <mutex>
#include <optional>
#include <shared_mutex>

namespace tally::examples {
namespace {

using Group = MemoryConsumerGroups::Group;
using Object = MemoryObjects::Object;

std::string_view recordOf(const Object& object, std::uint64_t number) {
  const std::size_t begin = number == 0 ? 0 : object.ends[number - 1];
  return std::string_view(object.bytes).substr(begin, object.ends[number] - begin);
}

class MemoryConsumer final : public GroupConsumer {
 public:
  MemoryConsumer(MemoryConsumerGroups& groups, MemoryObjects& objects, MemoryConsumerGroups::Name name,
                 std::string_view consumer, const GroupJoinOptions& options)
      : groups_(groups), objects_(objects), name_(std::move(name)), consumer_(consumer), options_(options) {}

  std::size_t next(GroupSink& out, std::size_t max_records, const Call& call) override {
    for (;;) {
      if (call.cancel.requested()) throw Error(ErrorCode::Cancelled, "the caller cancelled the call");
      objects_.forgetExpired();
      std::unique_lock lock(objects_.mutex);
      const auto [group, object] = groups_.find(name_);
      std::size_t taken = 0;
      while (taken < max_records && handOut(group, object, out)) ++taken;
      if (taken != 0 || Call::Clock::now() >= call.deadline) return taken;
      objects_.waitForChange(lock, call);
    }
  }

  std::size_t acknowledge(const std::vector<std::string_view>& ids, const Call& call) override {
    call.check();
    objects_.forgetExpired();
    const std::unique_lock lock(objects_.mutex);
    const auto [group, object] = groups_.find(name_);
    std::size_t waited = 0;
    for (const auto id : ids) {
      std::uint64_t number = 0;
      const auto parsed = std::from_chars(id.data(), id.data() + id.size(), number);
      if (parsed.ec == std::errc() && parsed.ptr == id.data() + id.size()) waited += group.pending.erase(number);
    }
    return waited;
  }

 private:
  /// One record, if there is one for this worker.
  bool handOut(Group& group, const Object& object, GroupSink& out) {
    const auto number = choose(group, object);
    if (!number) return false;
    auto& pending = group.pending[*number];
    ++pending.deliveries;
    pending.consumer = consumer_;
    pending.since = MemoryObjects::Clock::now();
    out.take({std::to_string(*number), recordOf(object, *number), pending.deliveries});
    return true;
  }

  std::optional<std::uint64_t> choose(Group& group, const Object& object) {
    // Its own from before it joined, in order; what it has been handed since then is not for a second time.
    for (auto at = group.pending.lower_bound(own_from_); !has_its_own_ && at != group.pending.end(); ++at) {
      if (at->second.consumer != consumer_) continue;
      own_from_ = at->first + 1;
      return at->first;
    }
    has_its_own_ = true;
    const auto latest = MemoryObjects::Clock::now() - options_.take_over_after;
    for (const auto& [number, pending] : group.pending) {
      const bool stale = options_.take_over_after.count() > 0 && pending.since <= latest;
      if (stale && pending.consumer != consumer_) return number;
    }
    if (group.next >= object.ends.size()) return std::nullopt;
    return group.next++;
  }

  MemoryConsumerGroups& groups_;
  MemoryObjects& objects_;
  const MemoryConsumerGroups::Name name_;
  const std::string consumer_;
  const GroupJoinOptions options_;
  std::uint64_t own_from_ = 0;  // guarded by the lock
  bool has_its_own_ = false;    // likewise
};

MemoryConsumerGroups::Name nameOf(std::string_view key, std::string_view group) {
  return {std::string(key), std::string(group)};
}

}  // namespace

void MemoryConsumerGroups::createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                                       const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::unique_lock lock(objects_.mutex);
  const auto* const object = objects_.find(key);
  if (object == nullptr) throw Error(ErrorCode::NotFound, "there is no such object");
  auto& made = groups_[nameOf(key, group)];
  if (made.born == object->born) throw Error(ErrorCode::AlreadyExists, "there is a group of that name");
  made = Group();  // also in place of one whose object is gone
  made.born = object->born;
  if (options.from_end) made.next = object->ends.size();
}

bool MemoryConsumerGroups::dropGroup(std::string_view key, std::string_view group, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::unique_lock lock(objects_.mutex);
  const auto found = groups_.find(nameOf(key, group));
  if (found == groups_.end()) return false;
  const auto* const object = objects_.find(key);
  const bool existed = object != nullptr && object->born == found->second.born;
  groups_.erase(found);
  objects_.ring();
  return existed;
}

GroupState MemoryConsumerGroups::groupState(std::string_view key, std::string_view group, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::unique_lock lock(objects_.mutex);
  const auto [found, object] = find(nameOf(key, group));
  GroupState state;
  state.consumers = static_cast<std::uint32_t>(found.consumers.size());
  state.pending = found.pending.size();
  state.waiting = object.ends.size() - found.next;
  return state;
}

std::unique_ptr<GroupConsumer> MemoryConsumerGroups::joinGroup(std::string_view key, std::string_view group,
                                                               std::string_view consumer,
                                                               const GroupJoinOptions& options, const Call& call) {
  call.check();
  objects_.forgetExpired();
  const std::unique_lock lock(objects_.mutex);
  find(nameOf(key, group)).first.consumers.emplace(consumer);
  return std::make_unique<MemoryConsumer>(*this, objects_, nameOf(key, group), consumer, options);
}

std::pair<Group&, const Object&> MemoryConsumerGroups::find(const Name& name) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) throw Error(ErrorCode::NotFound, "there is no group '" + name.second + "'");
  const auto* const object = objects_.find(name.first);
  if (object == nullptr || object->born != found->second.born) {
    groups_.erase(found);
    throw Error(ErrorCode::NotFound, "the group '" + name.second + "' went with its object");
  }
  return {found->second, *object};
}

}  // namespace tally::examples
