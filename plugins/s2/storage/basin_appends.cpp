// Appends and what may come in their way: streams that are not there, or not there any more.

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "s2/storage/basin_api.hpp"
#include "s2/wire/compression.hpp"

namespace tally::s2 {
namespace {

using Json = nlohmann::json;

constexpr int kUnlimited = std::numeric_limits<int>::max();
constexpr std::chrono::milliseconds kDeletionPause{10}, kLongestDeletionPause{500};

constexpr Deed kAppend{"can't append", "append, trim"};
constexpr Deed kCreateStream{"can't create the stream", "create-stream"};

}  // namespace

AppendReply BasinApi::append(std::string_view stream, const AppendInput& input, const Call& call) {
  Backoff backoff(client_.retry());
  DeletionWait deletion(*this);
  for (bool created = false;;) {
    Request message = request(Method::Post, recordsPath(stream), Format::Protobuf);
    message.body = encode(input);
    if (settings_.compresses && message.body.size() >= kWorthCompressing) {
      message.body = compressed(message.body);
      message.headers.emplace_back("content-encoding: zstd");
    }
    Judged judged = judge(client_.sendOnce(std::move(message), kAppend.cannot, call));
    using Next = Judged::Next;
    // What landed on a stream that is being deleted is gone with it, so that sending it again makes no second one.
    if (judged.may_be_deletion && isGone(stream, call)) judged.next = Next::WaitForDeletion;
    if (judged.next == Next::Return) return std::move(judged.reply);
    if (judged.next == Next::Create && !created) {
      createStream(stream, call);
      created = true;
    } else if (judged.next == Next::WaitForDeletion) {
      if (!deletion.again(call)) throw *judged.reply.error;
    } else if (judged.next == Next::Repeat && backoff.again(judged.setback, judged.reply.error->retryAfter())) {
      backoff.wait(call, judged.reply.error->retryAfter());
    } else {
      throw *judged.reply.error;
    }
  }
}

BasinApi::Judged BasinApi::judge(Attempt&& attempt) {
  if (attempt.reply) return judge(*attempt.reply);
  Judged judged;
  judged.reply.error = std::move(attempt.error);
  if (attempt.sent) return judged;
  if (!judged.reply.error->retryable()) throw *judged.reply.error;
  judged.next = Judged::Next::Repeat;
  return judged;
}

/// Errors: refusals that had no effect and will stay.
BasinApi::Judged BasinApi::judge(const Reply& answer) {
  Judged judged;
  AppendReply& reply = judged.reply;
  if (answer.isGood()) {
    try {
      reply.ack = decodeAck(answer.body);
      reply.what = AppendReply::What::Landed;
    } catch (const Error& error) {
      reply.error = error;
    }
    return judged;
  }
  const Refusal refusal = answer.refusal();
  if (isSequenceMismatch(refusal)) {
    reply.what = AppendReply::What::Mismatch;
    reply.next = *refusal.next_seq_num;
    return judged;
  }
  reply.error = refusalError(refusal, kAppend);
  judged.may_be_deletion = mayBeDeletion(refusal);
  judged.setback = setbackOf(refusal);
  if (!hadNoEffect(refusal)) return judged;
  if (isAbsent(refusal)) {
    judged.next = Judged::Next::Create;
  } else if (isBeingDeleted(refusal)) {
    judged.next = Judged::Next::WaitForDeletion;
  } else if (mayRetry(refusal)) {
    judged.next = Judged::Next::Repeat;
  } else {
    throw *reply.error;
  }
  return judged;
}

void BasinApi::awaitDeletion(std::string_view stream, const Call& call) {
  DeletionWait deletion(*this);
  do {
    Pending names = beginNames(stream, "", 1);
    const NamePage page = finishNames(names, call);
    if (page.names.empty() || page.names[0].name != stream || !page.names[0].deleted) return;
  } while (deletion.again(call));
}

void BasinApi::createStream(std::string_view stream, const Call& call) {
  Request message = request(Method::Post, "/streams", Format::Json);
  message.body = Json{{"stream", stream}}.dump();
  const Reply reply = client_.fetch(std::move(message), kCreateStream.cannot, call);
  if (reply.isGood()) return;
  const Refusal refusal = reply.refusal();
  if (refusal.code != "resource_already_exists" && !isBeingDeleted(refusal)) throw refusalError(refusal, kCreateStream);
}

DeletionWait::DeletionWait(const BasinApi& api)
    : end_(Call::Clock::now() + api.deletionWait()), pauses_({kUnlimited, kDeletionPause, kLongestDeletionPause}) {}

bool DeletionWait::again(const Call& call) {
  if (Call::Clock::now() >= end_) return false;
  pauses_.wait(call);
  return true;
}

}  // namespace tally::s2
