#include "s2/storage/object_reader.hpp"

#include "s2/records/fence.hpp"

namespace tally::s2 {
namespace {

constexpr Deed kReadAll{"can't read", "read"};

/// A session ends by itself at the tail, but a writer faster than the reader keeps it going. After this time the end of
/// a batch that the service calls the tail is taken as well.
constexpr auto kLongEnough = std::chrono::milliseconds(20);

/// So often a session may meet the end of an object that others make and remove all the time.
constexpr int kMostRaces = 16;

struct Reading {
  Fold fold;
  bool absent = false;
  bool brought_nothing = false;  // though the service says that there is something
  std::optional<Refusal> refusal;
};

/// A session of a stream without records brings nothing, but so does whatever stands before a service that is away.
/// While it deletes a stream the service has no words but errors; then the list of names decides.
bool confirmsNothing(BasinApi& api, std::string_view stream, const Call& call) {
  try {
    return api.isEmpty(stream, call);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Unavailable) throw;
    return api.isGone(stream, call);
  }
}

Reading readOnce(BasinApi& api, std::string_view stream, const Call& call) {
  Reading reading;
  const auto begin = Call::Clock::now();
  FrameSession session(api.client(), api.readToTail(stream, 0));
  bool any = false;
  while (const auto frame = session.next(call)) {
    any = true;
    const auto tail =
        decodeBatch(frame->payload, [&](const RecordView& record) { reading.fold.feed(record, frame->owner); });
    const bool at_tail = tail && tail->seq_num == reading.fold.next() && tail->seq_num != 0;
    if (at_tail && Call::Clock::now() - begin > kLongEnough) break;
  }
  reading.refusal = session.refusal();
  if (reading.refusal && (isAbsent(*reading.refusal) || isBeingDeleted(*reading.refusal))) reading.absent = true;
  if (reading.refusal && reading.refusal->status == kAtTail && reading.fold.next() == 0) reading.absent = true;
  if (reading.fold.deleted()) reading.absent = true;
  reading.brought_nothing = !any && !reading.refusal && !confirmsNothing(api, stream, call);
  return reading;
}

Error damaged() {
  return Error(ErrorCode::Corrupt,
               "a part of the content was cut away by a trim that is not ours; write the object again");
}

/// Of a lease, or of what is still being written.
bool addsNothing(const RecordView& record) {
  const auto what = parseKind(record.kind).what;
  if (record.is_command) return record.command == kFenceCommand;
  return what == Kind::What::StagedLine || what == Kind::What::StagedChunk;
}

}  // namespace

Fold readObject(BasinApi& api, std::string_view stream, const Call& call) {
  Backoff backoff(api.client().retry());
  for (int races = 0;;) {
    call.check();
    Asked asked{};
    try {
      Reading reading = readOnce(api, stream, call);
      if (reading.absent) return Fold();
      if (reading.brought_nothing && ++races < kMostRaces) continue;
      if (reading.brought_nothing) throw broughtNothing(kReadAll);
      if (!reading.refusal) {
        if (reading.fold.damaged()) throw damaged();
        return std::move(reading.fold);
      }
      if (mayBeDeletion(*reading.refusal) && api.isGone(stream, call)) return Fold();
      throw refusalError(*reading.refusal, kReadAll);
    } catch (const Error& error) {
      const bool broken = error.retryable() && error.code() != ErrorCode::Timeout;
      asked = error.retryAfter();
      if (!broken || !backoff.again(Setback::Failure, asked)) throw;
    }
    backoff.wait(call, asked);
  }
}

bool holdsObject(BasinApi& api, std::string_view stream, const StreamState& state, const Call& call) {
  if (!state.holdsRecords()) return false;
  bool may_be_none = false;
  const bool any = api.readPage(
      stream, 0, 1, [&](const RecordView& record) { may_be_none = record.seq_num == 0 && addsNothing(record); }, call);
  return (any && !may_be_none) || readObject(api, stream, call).exists();
}

bool beginsLikeObject(BasinApi& api, std::string_view stream, const StreamState& state, std::optional<Pending>& head,
                      const Call& call) {
  for (std::uint64_t next = 0; next < state.tail.seq_num; head.reset()) {
    if (!head) head = api.beginShortPage(stream, next);
    const std::uint64_t begin = next;
    bool shows = false;
    const auto take = [&](const RecordView& record) {
      shows = shows || record.seq_num != next || !addsNothing(record);
      next = record.seq_num + 1;
    };
    api.finishPage(*head, take, call);
    if (shows || next == begin) return true;
  }
  return false;
}

}  // namespace tally::s2
