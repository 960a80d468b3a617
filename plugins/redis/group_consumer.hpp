#pragma once
// One worker of a group.

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "key_names.hpp"
#include "listener.hpp"
#include "owner.hpp"
#include "tally/extensions/consumer_group.hpp"

namespace tally::redis {

/// What consumers work with; all of it outlives them.
struct GroupContext {
  const Owner& owner;
  const Settings& settings;
  const KeyNames& names;
  ServerFinder& finder;
};

struct GroupMember {
  std::string stream, group, consumer;
};

/// A new record wakes it through the server. What others have had for too long it asks for between two waits, by
/// XPENDING and XCLAIM: XAUTOCLAIM would also claim, again and again, what this worker itself has in hand.
class RedisConsumer final : public GroupConsumer {
 public:
  RedisConsumer(const GroupContext& context, GroupMember member, const GroupJoinOptions& options);
  std::size_t next(GroupSink& out, std::size_t max_records, const Call& call) override;
  std::size_t acknowledge(const std::vector<std::string_view>& ids, const Call& call) override;

 private:
  using Counts = std::map<std::string, std::uint32_t, std::less<>>;  // how often each record was handed out
  using Clock = Call::Clock;

  std::size_t wait(GroupSink& out, std::size_t most, const Call& call);
  std::size_t takeOwn(GroupSink& out, std::size_t most, const Call& call);
  std::size_t takeOver(GroupSink& out, std::size_t most, const Call& call);
  std::size_t hand(ReplyView entries, const Counts& counts, GroupSink& out, const Call& call);
  std::optional<GroupRecord> recordOf(ReplyView entry, const Counts& counts);
  Command about(std::string_view command) const;
  Request request(Command command) const;
  std::chrono::milliseconds pauseOfTakeOver() const;

  const GroupContext context_;
  const GroupMember member_;
  const std::chrono::milliseconds take_over_after_;
  Listener listener_;
  bool looks_for_own_ = true;  // there may be records of this name that it was not handed
  std::string own_from_ = "0-0";
  Clock::time_point next_take_over_ = Clock::now();

  std::mutex mutex_;
  std::set<std::string, std::less<>> in_hand_;  // guarded by mutex_, handed out here and not acknowledged
};

}  // namespace tally::redis
