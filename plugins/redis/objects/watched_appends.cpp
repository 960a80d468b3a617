#include "redis/objects/watched_appends.hpp"

#include <algorithm>

#include "redis/objects/pieces.hpp"
#include "redis/objects/stream_entry.hpp"
#include "redis/wire/command.hpp"
#include "redis/wire/failures.hpp"

namespace tally::redis {
namespace {

// Where others append all the time, or the server refuses transactions, the script is the better way.
constexpr int kMostOvertaken = 3, kMostRefused = 3;
constexpr std::size_t kCommandsBeside = 1;  // the one about the token

}  // namespace

WatchedAppends::WatchedAppends(const Settings& settings, const KeyNames& names, ServerFinder& finder,
                               std::string_view key)
    : settings_(settings), finder_(finder), stream_(names.stream(key)), tokens_(names.tokens(stream_)) {}

bool WatchedAppends::fits(const std::vector<std::string>& contents) const {
  if (settings_.ttl.count() != 0 || settings_.stream_max_len != 0 || refused_ >= kMostRefused) return false;
  return std::all_of(contents.begin(), contents.end(),
                     [](const std::string& one) { return !one.empty() && one.size() <= kPieceBytes; });
}

std::optional<std::uint64_t> WatchedAppends::append(const std::vector<std::string>& contents, std::string_view token,
                                                    const Call& call) {
  left_open_ = false;
  if (!fits(contents)) return std::nullopt;
  try {
    if (!tail_) open(call);
    for (int overtaken = 0; tail_ && overtaken < kMostOvertaken; ++overtaken) {
      if (const auto size = attempt(contents, token, call)) return size;
    }
  } catch (const LostConnection&) {  // the script finds out what became of it
    tail_.reset();
  } catch (const Error& error) {
    tail_.reset();
    if (error.code() == ErrorCode::OutcomeUnknown) throw;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> WatchedAppends::attempt(const std::vector<std::string>& contents, std::string_view token,
                                                     const Call& call) {
  std::uint64_t size = tail_->size;
  for (const auto& content : contents) size += content.size();
  Patience patience(call, settings_.command_timeout, Patience::For::Silence);
  left_open_ = true;  // from here on: where sending stops behind EXEC, the server carries it out
  connection_->send(transaction(contents, token) + watching(), patience);
  const bool landed = carriedOut(contents.size() + kCommandsBeside, patience);
  left_open_ = false;
  try {
    receiveTail(patience);
  } catch (const LostConnection&) {  // what has landed has landed all the same
    tail_.reset();
  } catch (const Error&) {
    tail_.reset();
  }
  return landed ? std::optional(size) : std::nullopt;
}

/// Begin to watch, on a new connection: what was asked of an old one may still be on its way.
void WatchedAppends::open(const Call& call) {
  connection_ = finder_.find(call).find(stream_, call).node->open(call);
  Patience patience(call, settings_.command_timeout, Patience::For::Silence);
  connection_->send(watching(), patience);
  receiveTail(patience);
}

std::string WatchedAppends::watching() const {
  std::string bytes(Command("WATCH").arg(stream_).bytes());
  bytes += Command("XREVRANGE").arg(stream_).arg("+").arg("-").arg("COUNT").arg("1").bytes();
  return bytes += Command("MULTI").bytes();
}

/// From the answers to watching(). No tail: there is no object, or its last entry is none of ours, or the server
/// refuses.
void WatchedAppends::receiveTail(Patience& patience) {
  tail_.reset();
  const Reply watch = connection_->receive(patience), entries = connection_->receive(patience),
              multi = connection_->receive(patience);
  for (const auto* reply : {&watch, &entries, &multi}) {
    if (!viewOf(*reply).isError()) continue;
    ++refused_;
    return;
  }
  if (viewOf(entries).size() == 0) return;
  ++refused_;
  const StreamEntry last = parseEntry(viewOf(entries)[0]);
  if (!last.ours) return;
  tail_ = Tail{last.size, std::string(last.life)};
  refused_ = 0;
}

std::string WatchedAppends::transaction(const std::vector<std::string>& contents, std::string_view token) const {
  std::string bytes;
  std::uint64_t size = tail_->size;
  for (const auto& content : contents) {
    size += content.size();
    Command command("XADD");
    command.reserve(stream_.size() + content.size() + 150);
    command.arg(stream_).arg("*").arg("content").arg(content).arg("tally");
    bytes += command.arg(std::to_string(size).append(":").append(tail_->life)).bytes();
  }
  bytes += Command::call(Scripts::all().note, {tokens_}).arg(token).arg(size).withSource().bytes();
  return bytes += Command("EXEC").bytes();
}

/// From the answers to transaction(). Not: another change was first, or the server refused all of it.
bool WatchedAppends::carriedOut(std::size_t commands, Patience& patience) {
  for (std::size_t i = 0; i < commands; ++i) connection_->receive(patience);  // "QUEUED", or why EXEC will refuse
  const Reply reply = connection_->receive(patience);
  const ReplyView results = viewOf(reply);
  if (!results.isArray()) return false;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].isError()) continue;
    throw outcomeUnknown(errorOf(results[i]));
  }
  return true;
}

}  // namespace tally::redis
