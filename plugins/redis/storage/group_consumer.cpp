#include "redis/storage/group_consumer.hpp"

#include <algorithm>
#include <utility>

#include "redis/objects/stream_entry.hpp"

namespace tally::redis {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWaitForRecords{250};

}  // namespace

RedisConsumer::RedisConsumer(const GroupContext& context, GroupMember member, const GroupJoinOptions& options)
    : context_(context),
      member_(std::move(member)),
      take_over_after_(std::chrono::ceil<milliseconds>(options.take_over_after)),
      listener_(context.settings, context.finder, member_.stream) {}

// "COMMAND stream group".
Command RedisConsumer::about(std::string_view command) const {
  Command made(command);
  made.arg(member_.stream).arg(member_.group);
  return made;
}

Request RedisConsumer::request(Command command) const { return {std::move(command), member_.stream, Effect::Settles}; }

milliseconds RedisConsumer::pauseOfTakeOver() const {
  return std::clamp(take_over_after_ / 4, milliseconds(20), milliseconds(5000));
}

std::size_t RedisConsumer::next(GroupSink& out, std::size_t max_records, const Call& call) {
  try {
    context_.owner.begin(call);
    return max_records == 0 ? 0 : wait({out, max_records}, call);
  } catch (const Error& error) {
    if (isDeadline(error, call)) return 0;
    throw;
  }
}

std::size_t RedisConsumer::wait(Room room, const Call& call) {
  const bool takes_over = take_over_after_.count() > 0;
  const milliseconds pause = takes_over ? std::min(kWaitForRecords, pauseOfTakeOver()) : kWaitForRecords;
  const auto question = [&] {
    Command command("XREADGROUP");
    command.arg("GROUP").arg(member_.group).arg(member_.consumer).arg("COUNT").arg(room.most);
    command.arg("BLOCK").arg(waitWithin(call, pause).count());
    return command.arg("STREAMS").arg(member_.stream).arg(">");
  };
  if (const std::size_t count = handKept(room)) return count;
  for (;;) {
    if (looks_for_own_) {
      if (const std::size_t count = takeOwn(room, call)) return count;
    }
    if (takes_over && Clock::now() >= next_take_over_) {
      if (const std::size_t count = takeOver(room, call)) return count;
      next_take_over_ = Clock::now() + pauseOfTakeOver();
    }
    const Reply reply = listener_.listen(question, pause, call);
    if (listener_.wasInterrupted()) looks_for_own_ = true;  // the lost answer may have held records
    if (!viewOf(reply).isNil()) {
      if (const std::size_t count = hand(viewOf(reply)[0][1], {}, room, call)) return count;
    }
    call.check();
  }
}

// What the server has handed to this name, and this worker has not seen.
std::size_t RedisConsumer::takeOwn(Room room, const Call& call) {
  for (;;) {
    Command records("XREADGROUP");
    records.arg("GROUP").arg(member_.group).arg(member_.consumer).arg("COUNT").arg(room.most);
    records.arg("STREAMS").arg(member_.stream).arg(own_from_);
    Command often = about("XPENDING");
    often.arg("(" + own_from_).arg("+").arg(room.most).arg(member_.consumer);
    std::vector<Request> questions;
    questions.push_back(request(std::move(records)));
    questions.push_back(request(std::move(often)));
    const auto answers = context_.finder.find(call).run(std::move(questions), call);
    const ReplyView entries = answers[0].value()[0][1], pending = answers[1].value();
    if (entries.size() == 0) {
      looks_for_own_ = false;
      own_from_ = "0-0";
      return 0;
    }
    Counts counts;
    for (std::size_t i = 0; i < pending.size(); ++i) {
      counts.emplace(pending[i][0].text(), static_cast<std::uint32_t>(pending[i][3].integer()));
    }
    own_from_ = entries[entries.size() - 1][0].text();
    if (const std::size_t count = hand(entries, counts, room, call)) return count;
  }
}

std::size_t RedisConsumer::takeOver(Room room, const Call& call) {
  std::size_t ours = 0;
  {
    const std::lock_guard lock(mutex_);
    ours = in_hand_.size();
  }
  Command question = about("XPENDING");
  question.arg("IDLE").arg(take_over_after_.count()).arg("-").arg("+").arg(room.most + ours);
  Server& server = context_.finder.find(call);
  const Reply reply = server.run(request(std::move(question)), call);
  const ReplyView pending = viewOf(reply);
  Command claim = about("XCLAIM");
  claim.arg(member_.consumer).arg(take_over_after_.count());
  Counts counts;
  for (std::size_t i = 0; i < pending.size() && counts.size() < room.most; ++i) {
    if (pending[i][1].text() == member_.consumer) continue;
    claim.arg(pending[i][0].text());
    counts.emplace(pending[i][0].text(), static_cast<std::uint32_t>(pending[i][3].integer()) + 1);
  }
  if (counts.empty()) return 0;
  forgetLost(counts);
  looks_for_own_ = true;  // unless the answer comes, and is whole
  const Reply claimed = server.run(request(std::move(claim)), call);
  if (viewOf(claimed).size() == counts.size()) looks_for_own_ = false;
  return hand(viewOf(claimed), counts, room, call);
}

// What others have had meanwhile this worker has lost to them, so it is handed out again when it comes back.
void RedisConsumer::forgetLost(const Counts& records) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, count] : records) in_hand_.erase(id);
  for (const auto& kept : kept_) in_hand_.insert(kept.id);
}

std::size_t RedisConsumer::hand(ReplyView entries, const Counts& counts, Room room, const Call& call) {
  keep(entries, counts, call);
  return handKept(room);
}

// Hand out what there is; what is no record is told when all that is one has been handed out.
std::size_t RedisConsumer::handKept(Room room) {
  std::size_t handed = 0;
  for (; handed < room.most && !kept_.empty(); ++handed) {
    const Kept& kept = kept_.front();
    GroupRecord record;
    record.id = kept.id;
    record.content = kept.content;
    record.deliveries = kept.deliveries;
    room.out.take(record);
    kept_.pop_front();
  }
  if (handed == 0 && corrupt_) throw *std::exchange(corrupt_, std::nullopt);
  return handed;
}

// Keep what this worker does not have yet; what is empty, or no longer in the stream, is done.
void RedisConsumer::keep(ReplyView entries, const Counts& counts, const Call& call) {
  std::vector<std::string_view> done;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].isNil()) continue;
    const std::string_view id = entries[i][0].text();
    {
      const std::lock_guard lock(mutex_);
      if (!in_hand_.emplace(id).second) continue;
    }
    try {
      if (auto record = recordOf(entries[i], counts)) {
        kept_.push_back(std::move(*record));
      } else {
        done.push_back(id);
      }
    } catch (const Error& error) {
      corrupt_ = error;
    }
  }
  if (!done.empty()) acknowledge(done, call);
}

std::optional<RedisConsumer::Kept> RedisConsumer::recordOf(ReplyView entry, const Counts& counts) {
  if (!entry[1].isArray()) return std::nullopt;
  const StreamEntry read = parseEntry(entry);
  if (read.content.empty()) return std::nullopt;
  const auto known = counts.find(read.id);
  const std::uint32_t deliveries = known == counts.end() ? 1 : known->second;
  return Kept{std::string(read.id), std::string(read.content), deliveries};
}

std::size_t RedisConsumer::acknowledge(const std::vector<std::string_view>& ids, const Call& call) {
  context_.owner.begin(call);
  if (ids.empty()) return 0;
  Command command = about("XACK");
  for (const auto id : ids) command.arg(id);
  const Reply reply = context_.finder.find(call).run(request(std::move(command)), call);
  const std::lock_guard lock(mutex_);
  for (const auto id : ids) {
    const auto found = in_hand_.find(id);
    if (found != in_hand_.end()) in_hand_.erase(found);
  }
  return static_cast<std::size_t>(viewOf(reply).integer());
}

}  // namespace tally::redis
