#include "s2/storage/follower.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace tally::s2 {
namespace {

constexpr Deed kFollow{"can't follow", "read"};
constexpr std::string_view kCursorMark = "s2-1";
/// How long an object that is not there is left alone.
const RetryPolicy kAbsence{0, std::chrono::milliseconds(50), std::chrono::milliseconds(300)};

/// A batch that the service sends as it comes is one that was appended whole; that it also ends the stream is only seen
/// when nobody writes all the time.
constexpr auto kMustBeWhole = std::chrono::seconds(1);

std::uint64_t hashOf(std::string_view text) noexcept {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

}  // namespace

std::string cursorOf(std::string_view stream, const FollowPoint& point) {
  std::string text(kCursorMark);
  for (const std::uint64_t number :
       {hashOf(stream), point.delivered, point.timestamp, point.lowest, point.read_from, point.skip}) {
    text += '.' + std::to_string(number);
  }
  return text;
}

FollowPoint parseCursor(std::string_view stream, std::string_view cursor) {
  std::array<std::uint64_t, 6> numbers{};
  std::string_view rest = cursor.substr(std::min(cursor.size(), kCursorMark.size()));
  bool good = cursor.substr(0, kCursorMark.size()) == kCursorMark;
  for (auto& number : numbers) {
    good = good && !rest.empty() && rest.front() == '.';
    if (!good) break;
    const auto [end, failed] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    good = failed == std::errc();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  const auto& [hash, delivered, timestamp, lowest, read_from, skip] = numbers;
  if (!good || !rest.empty() || hash != hashOf(stream) || read_from > delivered) {
    throw Error(ErrorCode::InvalidArgument, "the cursor is none of this object");
  }
  return {delivered, timestamp, lowest, read_from, skip};
}

S2Follower::S2Follower(BasinApi& api, std::string stream, const FollowPoint& from, bool exists)
    : api_(api),
      stream_(std::move(stream)),
      fold_(from),
      exists_(exists),
      absence_(kAbsence),
      backoff_(api.client().retry()) {
  if (!exists) lose();
}

FollowEvent S2Follower::next(ByteSink& out, std::uint64_t max_bytes, const Call& call) {
  for (;;) {
    if (std::exchange(removed_, false)) return FollowEvent::Removed;
    if (std::exchange(void_, false) || fold_.takeReset()) return FollowEvent::Reset;
    if (!fold_.isTaken()) {
      fold_.take(out, max_bytes != 0 ? max_bytes : std::numeric_limits<std::uint64_t>::max());
      return FollowEvent::Data;
    }
    try {
      read(call);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Timeout && Call::Clock::now() >= call.deadline) return FollowEvent::Nothing;
      throw;
    }
  }
}

/// A step further.
void S2Follower::read(const Call& call) {
  call.check();
  if (!exists_) {
    exists_ = api_.state(stream_, call).exists;
    if (!exists_) return absence_.wait(call);
    absence_ = Backoff(kAbsence);
  }
  try {
    readFrame(call);
  } catch (const Error& error) {
    const bool is_over = error.code() == ErrorCode::Timeout && Call::Clock::now() >= call.deadline;
    if (is_over || !error.retryable()) throw;
    if (!has_frames_) by_events_ = !by_events_;
    beginAt(fold_.point());
    if (!backoff_.again(Setback::Failure, error.retryAfter())) {
      backoff_ = Backoff(api_.client().retry());
      throw;
    }
    backoff_.wait(call, error.retryAfter());
  }
}

void S2Follower::readFrame(const Call& call) {
  if (!session_) {
    Request request = by_events_ ? api_.readEvents(stream_, fold_.next()) : api_.readOn(stream_, fold_.next());
    has_frames_ = false;
    session_ = std::make_unique<FrameSession>(api_.client(), std::move(request), FrameSource(), Attended::Always);
  }
  const auto frame = session_->next(call);
  if (!frame) return atEnd(call);
  has_frames_ = true;
  backoff_ = Backoff(api_.client().retry());
  take(*frame);
}

void S2Follower::take(const Frame& frame) {
  const std::uint64_t before = fold_.next();
  auto what = FollowFold::Next::GoOn;
  const auto tail = decodeBatch(frame.payload, [&](const RecordView& record) {
    if (what == FollowFold::Next::GoOn) what = fold_.feed(record, frame.owner);
  });
  switch (what) {
    case FollowFold::Next::Removed: return lose();
    case FollowFold::Next::StartOver: void_ = fold_.hasDelivered(); return beginAt({});
    case FollowFold::Next::ReadFrom: {
      FollowPoint point = fold_.point();
      point.read_from = fold_.readFrom();
      return beginAt(point);
    }
    case FollowFold::Next::GoOn: break;
  }
  const auto now = Call::Clock::now();
  if (held_since_ == Call::Clock::time_point()) held_since_ = now;
  const bool at_tail = tail && tail->seq_num == fold_.next();
  const bool has_come_whole = tail && before != fold_.next() && now - held_since_ > kMustBeWhole;
  if (!at_tail && !has_come_whole) return;
  fold_.settle();
  held_since_ = {};
}

/// The session has ended. Errors: those that another one would meet, too.
void S2Follower::atEnd(const Call& call) {
  const auto refusal = session_->refusal();
  if (!refusal && !has_frames_) throw broughtNothing(kFollow);
  if (!refusal) return beginAt(fold_.point());
  const bool may_be_gone = isAbsent(*refusal) || isBeingDeleted(*refusal) || mayBeDeletion(*refusal);
  if (may_be_gone && api_.isGone(stream_, call)) return lose();
  if (refusal->status == kAtTail) {  // another stream, which is shorter
    void_ = fold_.hasDelivered();
    return beginAt({});
  }
  beginAt(fold_.point());
  const bool is_foreign = refusal->code.empty();  // not the service says so, but something before it
  if (is_foreign && !by_events_) {
    by_events_ = true;
    return;
  }
  Error error = refusalError(*refusal, kFollow);
  throw std::move(error.retryable(may_be_gone || error.retryable()));
}

void S2Follower::beginAt(const FollowPoint& point) {
  session_.reset();
  fold_ = FollowFold(point);
  held_since_ = {};
}

/// The stream is gone.
void S2Follower::lose() {
  exists_ = false;
  removed_ = fold_.hasDelivered();
  beginAt({});
}

}  // namespace tally::s2
