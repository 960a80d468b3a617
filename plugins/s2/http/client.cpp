#include "s2/http/client.hpp"

#include <utility>

namespace tally::s2 {

Error connectionError(const Ending& ending, std::string_view what) {
  std::string text = std::string(what) + ": " + ending.failure;
  if (ending.no_memory) return Error(ErrorCode::Exhausted, std::move(text)).retryable(true);
  if (ending.refused_security) {
    return Error(ErrorCode::Unavailable, text + "; check the address and s2.caFile");
  }
  if (ending.sent && ending.timed_out) return Error(ErrorCode::Timeout, std::move(text)).retryable(true);
  if (!ending.sent) text += "; is the service running, and the endpoint right?";
  return Error(ErrorCode::Unavailable, std::move(text)).retryable(true);
}

Error outcomeUnknown(const Error& why) {
  Error error(ErrorCode::OutcomeUnknown, why.message() +
                                             "; the change may have been made, or may be made still: read, "
                                             "then decide");
  error.backendCode(why.backendCode());
  return error;
}

Setback setbackOf(const Refusal& refusal) noexcept {
  return isCollision(refusal) ? Setback::Collision : Setback::Failure;
}

Attempt attemptOf(const Exchange& exchange, std::string_view what, const Call& call) {
  const Ending& ending = exchange.ending();
  Attempt attempt;
  attempt.sent = ending.sent;
  if (ending.arrived) {
    attempt.reply = Reply{ending.status, exchange.body(), ending.retry_after};
    return attempt;
  }
  if (ending.aborted) {
    if (!ending.sent) call.check();
    attempt.error = Error(call.cancel.requested() ? ErrorCode::Cancelled : ErrorCode::Timeout,
                          std::string(what) + ": the caller stopped waiting for the answer");
    return attempt;
  }
  attempt.error = connectionError(ending, what);
  return attempt;
}

Pending::Pending(Client& client, Request request)
    : client_(&client), exchange_(std::make_shared<Exchange>(std::move(request))) {
  client.loop().start(exchange_);
}

Pending& Pending::operator=(Pending&& other) noexcept {
  std::swap(client_, other.client_);
  std::swap(exchange_, other.exchange_);
  std::swap(left_open_, other.left_open_);
  return *this;
}

Pending::~Pending() {
  if (exchange_) client_->loop().abort(exchange_);
}

Attempt Pending::attempt(std::string_view what, const Call& call) {
  client_->loop().await(exchange_, call);
  Attempt last = attemptOf(*exchange_, what, call);
  const bool is_settled = last.reply && (last.reply->isGood() || hadNoEffect(last.reply->refusal()));
  if ((last.sent && !is_settled) || exchange_->ending().repeated) left_open_ = true;
  return last;
}

Reply Pending::finish(std::string_view what, const Call& call) {
  Backoff backoff(client_->retry());
  for (;;) {
    Attempt last = attempt(what, call);
    if (exchange_->ending().aborted) call.check();
    const bool may_retry =
        last.reply ? !last.reply->isGood() && mayRetry(last.reply->refusal()) && !isBeingDeleted(last.reply->refusal())
                   : last.error->retryable() && last.error->code() != ErrorCode::Timeout;
    const auto setback = last.reply ? setbackOf(last.reply->refusal()) : Setback::Failure;
    const Asked asked = last.reply ? last.reply->retry_after : Asked();
    if (!may_retry || !backoff.again(setback, asked)) {
      if (!last.reply) throw *last.error;
      return std::move(*last.reply);
    }
    backoff.wait(call, asked);
    exchange_ = std::make_shared<Exchange>(exchange_->request());
    client_->loop().start(exchange_);
  }
}

Attempt Client::sendOnce(Request request, std::string_view what, const Call& call) {
  call.check();
  const auto exchange = std::make_shared<Exchange>(std::move(request));
  loop_.start(exchange);
  loop_.await(exchange, call);
  return attemptOf(*exchange, what, call);
}

}  // namespace tally::s2
