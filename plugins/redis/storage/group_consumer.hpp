#pragma once
// One worker of a group.

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "redis/names/key_names.hpp"
#include "redis/servers/listener.hpp"
#include "redis/servers/owner.hpp"
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

  struct Kept {
    std::string id, content;
    std::uint32_t deliveries;
  };
  struct Room {
    GroupSink& out;
    std::size_t most;
  };

  std::size_t wait(Room room, const Call& call);
  std::size_t takeOwn(Room room, const Call& call);
  std::size_t takeOver(Room room, const Call& call);
  void forgetLost(const Counts& records);
  std::size_t hand(ReplyView entries, const Counts& counts, Room room, const Call& call);
  std::size_t handKept(Room room);
  void keep(ReplyView entries, const Counts& counts, const Call& call);
  std::optional<Kept> recordOf(ReplyView entry, const Counts& counts);
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
  // What the server has handed out, and there was no room for: the answer to an earlier call, which asked for more, and
  // an entry that is no record.
  std::deque<Kept> kept_;
  std::optional<Error> corrupt_;

  std::mutex mutex_;
  std::set<std::string, std::less<>> in_hand_;  // guarded by mutex_, came here and not acknowledged
};

}  // namespace tally::redis
