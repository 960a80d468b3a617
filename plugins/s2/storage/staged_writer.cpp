#include "s2/storage/staged_writer.hpp"

#include <algorithm>
#include <utility>

#include "s2/records/batches.hpp"
#include "s2/storage/batch_writer.hpp"
#include "s2/storage/object_reader.hpp"

namespace tally::s2 {
namespace {

constexpr Deed kStage{"can't send the content", "append"};
constexpr int kGuardedTries = 4;

/// The staged records of `content` as frames, made one by one as the connection takes them.
FrameSource framesOf(std::string_view content, const TransactionId& transaction, bool compress) {
  return [content, transaction, compress, index = std::uint32_t{0}]() mutable -> std::optional<std::string> {
    if (content.empty()) return std::nullopt;
    AppendInput input;
    input.records.push_back(stagedChunk(transaction, index++, content.substr(0, kStagedBytes)));
    content.remove_prefix(std::min(content.size(), kStagedBytes));
    return encodeFrame(encode(input), compress);
  };
}

bool isStaged(const RecordView& record) {
  const auto what = parseKind(record.kind).what;
  return !record.is_command && (what == Kind::What::StagedLine || what == Kind::What::StagedChunk);
}

}  // namespace

StagedLanding StagedWriter::put(Finish how, const Call& call) {
  for (;;) {
    stage(call);
    const auto ack = finish(how, call);
    if (!ack) continue;  // the stream was deleted and begun anew between: nothing became visible
    try {
      StagedLanding landing{ack, isOvertaken(*ack, call), false};
      landing.certain = certain_ && !landing.overtaken;
      if (!landing.overtaken || !isCut(call)) return landing;
    } catch (const Error& error) {
      throw outcomeUnknown(error);  // it has landed; whether another write came between could not be read
    }
  }
}

/// Whether the transaction was overtaken not by another write, but by somebody who trims by hand.
bool StagedWriter::isCut(const Call& call) const {
  try {
    readObject(api_, stream_, call);
    return false;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    return true;
  }
}

StagedLanding StagedWriter::putAt(Finish how, std::uint64_t tail, std::string_view token, const Call& call) {
  stage(call);
  if (*first_ < tail) return {};
  gaps_.insert(gaps_.begin(), Gap{tail, *first_});
  for (const auto& gap : gaps_) {
    if (!isUntouched(gap, call)) return {};
  }
  AppendInput input = finishing(how, false);
  if (!token.empty()) input.records.back().headers.push_back({kTokenHeader, std::string(token)});
  for (;;) {
    input.match_seq_num = end_;
    AppendReply reply = api_.append(stream_, input, call);
    if (reply.what == AppendReply::What::Landed) return {reply.ack, false, true};
    if (reply.what == AppendReply::What::Unknown) throw outcomeUnknown(*reply.error);
    const Gap gap{end_, reply.next};
    if (reply.next < end_ || !isUntouched(gap, call)) return {};
    end_ = reply.next;
  }
}

void StagedWriter::stage(const Call& call) {
  Backoff backoff(api_.client().retry());
  DeletionWait deletion(api_);
  for (bool created = false;;) {
    Asked asked{};
    try {
      const auto refusal = stageOnce(call);
      if (!refusal) return;
      if (isBeingDeleted(*refusal) && deletion.again(call)) continue;
      if (isCollision(*refusal) && backoff.again(Setback::Collision)) {
        backoff.wait(call);
        continue;
      }
      if (!isAbsent(*refusal) || created) throw refusalError(*refusal, kStage);
      api_.createStream(stream_, call);
      created = true;
      continue;
    } catch (const Error& error) {
      const bool broken = error.retryable() && error.code() != ErrorCode::Timeout;
      asked = error.retryAfter();
      if (!broken || !backoff.again(Setback::Failure, asked)) throw;
    }
    backoff.wait(call, asked);
  }
}

/// A transaction of its own each time: what an earlier one left behind stays invisible.
std::optional<Refusal> StagedWriter::stageOnce(const Call& call) {
  transaction_ = randomId();
  first_.reset();
  gaps_.clear();
  end_ = 0;
  FrameSession session(api_.client(), api_.appendSession(stream_), framesOf(content_, transaction_, api_.compresses()));
  std::size_t acknowledged = 0;
  for (; const auto frame = session.next(call); ++acknowledged) take(decodeAck(frame->payload));
  if (session.refusal()) return session.refusal();
  if (acknowledged != (content_.size() + kStagedBytes - 1) / kStagedBytes) {
    throw Error(ErrorCode::Unavailable, "the session ended before all of the content was acknowledged").retryable(true);
  }
  return std::nullopt;
}

void StagedWriter::take(const AppendAck& ack) {
  if (!first_) {
    first_ = ack.start.seq_num;
  } else if (ack.start.seq_num != end_) {
    gaps_.push_back({end_, ack.start.seq_num});
  }
  end_ = ack.end.seq_num;
}

AppendInput StagedWriter::finishing(Finish how, bool last_try) const {
  AppendInput input;
  input.fencing_token = fence_;
  if (how == Finish::Append) {
    input.records.push_back(joiningRecord(transaction_, *first_));
    return input;
  }
  input.records.push_back(commitRecord(transaction_, *first_));
  // Without a guard no trim: on a stream that was begun anew it would cut what is there. The next write trims.
  if (!last_try) input.records.push_back(trimRecord(*first_));
  return input;
}

/// The record that makes the transaction visible. Sent again after a lost answer: readers apply a transaction once.
/// Nothing when the stream has begun anew.
std::optional<AppendAck> StagedWriter::finish(Finish how, const Call& call) {
  Backoff backoff(api_.client().retry());
  std::optional<Error> doubt;
  std::uint64_t guard = end_;
  for (int lost = 0;;) {
    try {
      AppendInput input = finishing(how, lost >= kGuardedTries);
      if (lost < kGuardedTries) input.match_seq_num = guard;
      AppendReply reply = api_.append(stream_, input, call);
      if (reply.what == AppendReply::What::Landed) {
        if (reply.ack.start.seq_num < end_) return std::nullopt;
        return reply.ack;
      }
      if (reply.what == AppendReply::What::Mismatch) {
        if (reply.next < end_ && doubt) throw *doubt;
        if (reply.next < end_) return std::nullopt;
        guard = reply.next;
        ++lost;
        continue;
      }
      doubt = reply.error;
      certain_ = false;
      if (!backoff.again(Setback::Failure, doubt->retryAfter())) throw *doubt;
      backoff.wait(call, doubt->retryAfter());
    } catch (const Error& error) {
      if (!doubt) throw;
      throw outcomeUnknown(error);
    }
  }
}

/// Whether all records of a gap are there, and none changes the content.
bool StagedWriter::isUntouched(const Gap& gap, const Call& call) const {
  bool untouched = true;
  for (std::uint64_t at = gap.begin; at < gap.end && untouched;) {
    const std::uint64_t before = at;
    const auto take = [&](const RecordView& record) {
      if (record.seq_num >= gap.end) return;
      if (record.seq_num != at || !isStaged(record)) untouched = false;
      at = record.seq_num + 1;
    };
    api_.readPage(stream_, at, std::min<std::uint64_t>(gap.end - at, kMaxBatchRecords), take, call);
    if (at == before) return false;
  }
  return untouched;
}

/// What others' records mean for our transaction: readers ignore it once a trim reached its first record.
StagedWriter::Verdict StagedWriter::judge(const Gap& gap, const Call& call) const {
  for (std::uint64_t at = gap.begin; at < gap.end;) {
    const std::uint64_t before = at;
    auto verdict = Verdict::Stands;
    const auto take = [&](const RecordView& record) {
      if (record.seq_num >= gap.end || verdict != Verdict::Stands) return;
      if (record.seq_num != at) verdict = Verdict::Overtaken;  // trimmed away by now
      at = record.seq_num + 1;
      const Kind kind = parseKind(record.kind);
      const bool finishes = kind.what == Kind::What::Commit || kind.what == Kind::What::Joining;
      if (!record.is_command && finishes && kind.transaction == transaction_) verdict = Verdict::Landed;
      if (!record.is_command || record.command != kTrimCommand) return;
      const auto number = trimNumber(record.body);
      if (number && std::min(*number, record.seq_num + 1) > *first_) verdict = Verdict::Overtaken;
    };
    api_.readPage(stream_, at, std::min<std::uint64_t>(gap.end - at, kMaxBatchRecords), take, call);
    if (verdict != Verdict::Stands) return verdict;
    if (at == before) return Verdict::Overtaken;
  }
  return Verdict::Stands;
}

bool StagedWriter::isOvertaken(const AppendAck& ack, const Call& call) const {
  std::vector<Gap> gaps = gaps_;
  if (ack.start.seq_num != end_) gaps.push_back({end_, ack.start.seq_num});
  for (const auto& gap : gaps) {
    const Verdict verdict = judge(gap, call);
    if (verdict != Verdict::Stands) return verdict == Verdict::Overtaken;
  }
  return false;
}

}  // namespace tally::s2
