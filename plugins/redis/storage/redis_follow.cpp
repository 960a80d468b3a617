#include "redis/storage/redis_follow.hpp"

#include <algorithm>

#include "redis/objects/known_tails.hpp"
#include "redis/objects/pieces.hpp"

namespace tally::redis {
namespace {

using std::chrono::milliseconds;

// How long a question waits on the server, and so how late a removal is noticed at most.
constexpr milliseconds kWaitForEntries{250};
constexpr int kEntriesAtOnce = 64;  // of up to 64 KiB each
constexpr std::uint64_t kDeliveredAtOnce = std::uint64_t{1} << 20;

bool isBehind(std::string_view a, std::string_view b) {
  const EntryId left = parseEntryId(a), right = parseEntryId(b);
  return left.time != right.time ? left.time > right.time : left.number > right.number;
}

}  // namespace

std::unique_ptr<Follower> RedisFollow::openFollower(std::string_view key, const FollowOptions& options,
                                                    const Call& call) {
  context_.owner.begin(call);
  path::check(key);
  FollowCursor cursor;
  if (!options.cursor.empty()) cursor = parseFollowCursor(options.cursor, key);
  const FollowCursor end = endOf(key, options, call);
  if (options.cursor.empty() && options.from_end) cursor = end;
  return std::make_unique<RedisFollower>(context_, std::string(key), std::move(cursor));
}

FollowCursor RedisFollow::endOf(std::string_view key, const FollowOptions& options, const Call& call) {
  const Reply reply = context_.finder.find(call).run(context_.reader.lastRequest(key), call);
  FollowCursor end;
  if (viewOf(reply).size() == 0) {
    if (context_.directories.contains(key, call)) throwRefusal("IS_DIRECTORY");
    if (options.must_exist) throw Error(ErrorCode::NotFound, "no such object");
    return end;
  }
  const StreamEntry last = parseEntry(viewOf(reply)[0]);
  end.id = last.id;
  end.life = last.life;
  end.open_line = last.isOpenLine();
  end.offset = last.size;
  if (!last.ours && options.from_end) {
    const auto stat = context_.reader.stat(key, call);
    end.offset = stat ? stat->size.value_or(0) : 0;
  }
  return end;
}

RedisFollower::RedisFollower(const FollowContext& context, std::string key, FollowCursor cursor)
    : context_(context),
      key_(std::move(key)),
      stream_(context.names.stream(key_)),
      listener_(context.settings, context.finder, stream_),
      at_(std::move(cursor)) {}

void RedisFollower::forgetEntries() {
  entries_.clear();
  pages_.clear();
  index_ = 0;
  is_whole_ = false;
}

void RedisFollower::addEntries(Reply reply, ReplyView entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) entries_.push_back(entries[i]);
  pages_.push_back(std::move(reply));
}

// Read as far as the append goes whose piece is the last one.
void RedisFollower::readOn(const Call& call) {
  for (;;) {
    const StreamEntry last = parseEntry(entries_.back());
    if (!last.ours || last.content.size() != kPieceBytes) return;
    Command command("XRANGE");
    command.arg(stream_).arg(std::string("(").append(last.id)).arg("+").arg("COUNT").arg(kEntriesAtOnce);
    Reply reply = context_.finder.find(call).run({std::move(command), stream_, Effect::Reads}, call);
    const ReplyView more = viewOf(reply);
    if (more.size() == 0) return;
    addEntries(std::move(reply), more);
  }
}

FollowEvent RedisFollower::next(ByteSink& out, std::uint64_t max_bytes, const Call& call) {
  try {
    context_.owner.begin(call);
    return wait(out, max_bytes, call);
  } catch (const Error& error) {
    if (isDeadline(error, call)) return FollowEvent::Nothing;
    throw;
  }
}

FollowEvent RedisFollower::wait(ByteSink& out, std::uint64_t max_bytes, const Call& call) {
  const auto question = [&] {
    Command command("XREAD");
    command.arg("COUNT").arg(kEntriesAtOnce).arg("BLOCK").arg(waitWithin(call, kWaitForEntries).count());
    return command.arg("STREAMS").arg(stream_).arg(at_.id);
  };
  for (;;) {
    if (hasEntries()) {
      if (const auto event = deliver(out, max_bytes, call)) return *event;
      continue;
    }
    Reply reply = listener_.listen(question, kWaitForEntries, call);
    if (viewOf(reply).isNil()) {
      if (const auto event = look(call)) return *event;
      call.check();
      continue;
    }
    const ReplyView entries = viewOf(reply)[0][1];
    forgetEntries();
    addEntries(std::move(reply), entries);
    try {
      readOn(call);
    } catch (...) {
      forgetEntries();
      throw;
    }
  }
}

// Nothing came: is the object still the one that was followed?
std::optional<FollowEvent> RedisFollower::look(const Call& call) {
  if (at_.atBegin()) return std::nullopt;
  const Reply reply = context_.finder.find(call).run(context_.reader.lastRequest(key_), call);
  if (viewOf(reply).size() == 0) return beginAnew(FollowEvent::Removed);
  if (isBehind(at_.id, viewOf(reply)[0][0].text())) return beginAnew(FollowEvent::Reset);
  return std::nullopt;
}

FollowEvent RedisFollower::beginAnew(FollowEvent event) {
  at_ = {};
  forgetEntries();
  return event;
}

// Whether the entry continues what was delivered.
bool RedisFollower::goesOn(const StreamEntry& entry) const {
  if (!entry.ours || is_whole_) return true;
  const std::uint64_t expected = at_.offset + (at_.open_line ? 1 : 0);
  return entry.size == expected + entry.content.size() && (at_.life.empty() || at_.life == entry.life);
}

std::optional<FollowEvent> RedisFollower::deliver(ByteSink& out, std::uint64_t max_bytes, const Call& call) {
  const std::uint64_t most = max_bytes == 0 ? kDeliveredAtOnce : max_bytes;
  std::uint64_t delivered = 0;
  bool inside = false;  // an append, which by our own choice is not cut
  while (hasEntries() && (delivered < most || inside)) {
    const StreamEntry entry = parseEntry(entries_[index_]);
    if (!goesOn(entry)) {
      if (delivered != 0) break;
      if (!at_.atBegin()) return beginAnew(FollowEvent::Reset);
      takeWhole(call);
      continue;
    }
    if (!put(entry, max_bytes == 0 ? UINT64_MAX : most - delivered, out, delivered)) break;
    ++index_;
    inside = max_bytes == 0 && entry.content.size() == kPieceBytes;
  }
  return delivered == 0 ? std::nullopt : std::optional(FollowEvent::Data);
}

// Put what of the entry fits into the room; whether that was the rest of it.
bool RedisFollower::put(const StreamEntry& entry, std::uint64_t room, ByteSink& out, std::uint64_t& delivered) {
  std::uint64_t skip = at_.within;
  for (std::string_view part : {std::string_view(at_.open_line ? "\n" : ""), entry.content}) {
    const std::uint64_t skipped = std::min<std::uint64_t>(skip, part.size());
    part.remove_prefix(skipped);
    skip -= skipped;
    const std::string_view now = part.substr(0, std::min<std::uint64_t>(room, part.size()));
    if (!now.empty()) out.put(now);
    room -= now.size();
    delivered += now.size();
    at_.within += now.size();
    if (now.size() < part.size()) return false;
  }
  at_.offset += (at_.open_line ? 1 : 0) + entry.content.size();
  at_.id = entry.id;
  at_.within = 0;
  at_.open_line = entry.isOpenLine();
  at_.life = entry.life;
  return true;
}

// The object's first entry does not begin it: some were dropped by 'streamMaxLen'. What is there is read at once, since
// only the last entry tells the size of that.
void RedisFollower::takeWhole(const Call& call) {
  Reply reply = context_.finder.find(call).run(context_.reader.wholeRequest(key_), call);
  const ReplyView entries = viewOf(reply);
  assemble(entries);  // Corrupt, if it was not us who dropped them
  forgetEntries();
  addEntries(std::move(reply), entries);
  is_whole_ = true;
}

}  // namespace tally::redis
