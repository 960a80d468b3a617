#include "redis/storage/redis_groups.hpp"

#include <string>

namespace tally::redis {
namespace {

// One line of XINFO GROUPS: names and values in turn.
class GroupLine {
 public:
  explicit GroupLine(ReplyView line) : line_(line) {}
  std::optional<ReplyView> value(std::string_view name) const {
    for (std::size_t i = 0; i + 1 < line_.size(); i += 2) {
      if (line_[i].text() == name) return line_[i + 1];
    }
    return std::nullopt;
  }
  std::uint64_t number(std::string_view name) const {
    const auto found = value(name);
    return found ? static_cast<std::uint64_t>(found->integer()) : 0;
  }

 private:
  ReplyView line_;
};

}  // namespace

std::string RedisGroups::begin(std::string_view key, const Call& call) const {
  context_.owner.begin(call);
  path::check(key);
  return context_.names.stream(key);
}

// A repetition finds what the first one did, so it may be sent again; only what it says of before may be wrong then.
Reply RedisGroups::run(Command command, const std::string& stream, const Call& call) {
  return context_.finder.find(call).run({std::move(command), stream, Effect::Settles}, call);
}

void RedisGroups::createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                              const Call& call) {
  const std::string stream = begin(key, call);
  Command command("XGROUP");
  command.arg("CREATE").arg(stream).arg(group).arg(options.from_end ? "$" : "0");
  context_.finder.find(call).run({std::move(command), stream, Effect::Changes}, call);
}

bool RedisGroups::dropGroup(std::string_view key, std::string_view group, const Call& call) {
  const std::string stream = begin(key, call);
  Command command("XGROUP");
  command.arg("DESTROY").arg(stream).arg(group);
  try {
    return viewOf(run(std::move(command), stream, call)).integer() != 0;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::NotFound) return false;
    throw;
  }
}

GroupState RedisGroups::groupState(std::string_view key, std::string_view group, const Call& call) {
  const std::string stream = begin(key, call);
  Command command("XINFO");
  command.arg("GROUPS").arg(stream);
  const Reply reply = run(std::move(command), stream, call);
  const ReplyView groups = viewOf(reply);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const GroupLine line(groups[i]);
    if (line.value("name")->text() != group) continue;
    GroupState state;
    state.consumers = static_cast<std::uint32_t>(line.number("consumers"));
    state.pending = line.number("pending");
    const auto lag = line.value("lag");  // since Redis 7, and not after entries were deleted
    if (lag && lag->isInteger()) state.waiting = static_cast<std::uint64_t>(lag->integer());
    return state;
  }
  throw Error(ErrorCode::NotFound, "the object has no group '" + std::string(group) + "'");
}

std::unique_ptr<GroupConsumer> RedisGroups::joinGroup(std::string_view key, std::string_view group,
                                                      std::string_view consumer, const GroupJoinOptions& options,
                                                      const Call& call) {
  const std::string stream = begin(key, call);
  Command command("XGROUP");
  command.arg("CREATECONSUMER").arg(stream).arg(group).arg(consumer);
  run(std::move(command), stream, call);
  return std::make_unique<RedisConsumer>(context_, GroupMember{stream, std::string(group), std::string(consumer)},
                                         options);
}

}  // namespace tally::redis
