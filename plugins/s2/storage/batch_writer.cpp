#include "s2/storage/batch_writer.hpp"

#include <algorithm>
#include <utility>

namespace tally::s2 {
namespace {

bool isCommand(const NewRecord& record) { return !record.headers.empty() && record.headers[0].name.empty(); }

/// The first record that may carry headers of ours; every batch has one.
std::size_t markedRecord(const AppendInput& input) {
  const auto found = std::find_if_not(input.records.begin(), input.records.end(), isCommand);
  return static_cast<std::size_t>(found - input.records.begin());
}

void mark(AppendInput& input) {
  input.records[markedRecord(input)].headers.push_back({kBatchHeader, std::string(viewOf(randomId()))});
}

std::string_view markOf(const AppendInput& input) { return input.records[markedRecord(input)].headers.back().value; }

}  // namespace

Landing BatchWriter::putAt(std::string_view stream, AppendInput input, std::uint64_t at, const Call& call) {
  mark(input);
  input.match_seq_num = at;
  Backoff backoff(api_.client().retry());
  std::optional<Error> doubt;  // set once an answer was lost
  for (;;) {
    try {
      AppendReply reply = api_.append(stream, input, call);
      if (reply.what == AppendReply::What::Landed) return {reply.ack, 0};
      if (reply.what == AppendReply::What::Mismatch) {
        const Landing landing{std::nullopt, reply.next};
        return doubt ? findOut(stream, input, landing, *doubt, call) : landing;
      }
      doubt = reply.error;
      if (!backoff.again(Setback::Failure, doubt->retryAfter())) throw *doubt;
      backoff.wait(call, doubt->retryAfter());
    } catch (const Error& error) {
      if (!doubt || error.code() == ErrorCode::OutcomeUnknown) throw;
      throw outcomeUnknown(error);
    }
  }
}

/// After a lost answer another record has the number, or ours from the first try.
Landing BatchWriter::findOut(std::string_view stream, const AppendInput& input, const Landing& landing,
                             const Error& why, const Call& call) {
  const std::uint64_t first = *input.match_seq_num, marked = first + markedRecord(input);
  const std::uint64_t end = first + input.records.size();
  if (landing.next <= marked) throw outcomeUnknown(why);  // the stream was deleted and begun anew meanwhile
  std::optional<bool> ours;
  Position last;
  api_.readPage(
      stream, marked, input.records.size(),
      [&](const RecordView& record) {
        if (record.seq_num == marked) ours = record.batch == markOf(input);
        if (record.seq_num < end) last = {record.seq_num + 1, record.timestamp};
      },
      call);
  if (!ours) throw outcomeUnknown(why);  // trimmed away by a later write: whose it was nobody can tell
  if (!*ours) return landing;
  AppendAck ack;
  ack.start.seq_num = first;
  ack.end = {end, last.timestamp};
  ack.tail = {std::max(landing.next, end), last.timestamp};
  return {ack, 0};
}

std::optional<AppendAck> BatchWriter::put(std::string_view stream, AppendInput input, const Call& call) {
  StreamMemory::Change change(memory_, stream);
  if (const auto guard = change.guard()) {
    const Landing landing = putAt(stream, input, *guard, call);
    if (landing.ack) return landing.ack;
    change.lost(landing.next);
    if (landing.next < *guard) {
      memory_.forget(stream);
      return std::nullopt;
    }
  }
  mark(input);
  AppendReply reply = api_.append(stream, input, call);
  if (reply.what == AppendReply::What::Landed) return reply.ack;
  throw outcomeUnknown(*reply.error);
}

}  // namespace tally::s2
