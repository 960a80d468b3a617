#pragma once
// tally.follow/1: the bytes of an object as they come, by XREAD.

#include "redis/objects/object_content.hpp"
#include "redis/objects/object_reader.hpp"
#include "redis/objects/stream_entry.hpp"
#include "redis/servers/listener.hpp"
#include "redis/servers/owner.hpp"
#include "redis/storage/follow_cursor.hpp"
#include "tally/extensions/follow.hpp"

namespace tally::redis {

/// What followers work with; all of it outlives them.
struct FollowContext {
  const Owner& owner;
  const Settings& settings;
  const KeyNames& names;
  ServerFinder& finder;
  Directories& directories;
  ObjectReader& reader;
};

class RedisFollow final : public Follow {
 public:
  explicit RedisFollow(FollowContext context) noexcept : context_(context) {}
  /// Cost: none from the start or a cursor; one or two round trips from the end or with `must_exist`.
  std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options, const Call& call) override;

 private:
  FollowCursor endOf(std::string_view key, const FollowOptions& options, const Call& call);

  const FollowContext context_;
};

/// An append wakes it through the server; a removal it finds by asking, four times a second.
class RedisFollower final : public Follower {
 public:
  RedisFollower(const FollowContext& context, std::string key, FollowCursor cursor);
  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override;
  std::string cursor() const override { return at_.text(key_); }

 private:
  FollowEvent wait(ByteSink& out, std::uint64_t max_bytes, const Call& call);
  std::optional<FollowEvent> deliver(ByteSink& out, std::uint64_t max_bytes, const Call& call);
  std::optional<FollowEvent> look(const Call& call);
  bool goesOn(const StreamEntry& entry) const;
  bool put(const StreamEntry& entry, std::uint64_t room, ByteSink& out, std::uint64_t& delivered);
  void takeWhole(const Call& call);
  FollowEvent beginAnew(FollowEvent event);
  bool hasEntries() const { return index_ < entries_.size(); }
  void forgetEntries();
  void addEntries(Reply reply, ReplyView entries);
  void readOn(const Call& call);

  const FollowContext context_;
  const std::string key_, stream_;
  Listener listener_;
  FollowCursor at_;
  std::vector<Reply> pages_;
  std::vector<ReplyView> entries_;  // of pages_, to be delivered
  std::size_t index_ = 0;           // the next one
  bool is_whole_ = false;           // they are all of the object, of which the beginning was cut off
};

}  // namespace tally::redis
