#pragma once
// Requests with their retries: what may safely be sent again is, everything else is reported.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "s2/http/backoff.hpp"
#include "s2/http/exchange.hpp"
#include "s2/http/http_loop.hpp"
#include "s2/wire/service_error.hpp"

namespace tally::s2 {

/// An answer with any status.
struct Reply {
  int status = 0;
  std::string body;
  std::chrono::milliseconds retry_after{0};  ///< what the service asks to wait
  bool isGood() const noexcept { return status >= 200 && status < 300; }
  Refusal refusal() const {
    Refusal refusal = parseRefusal(status, body);
    refusal.retry_after = retry_after;
    return refusal;
  }
};

/// What one attempt led to: an answer, or no answer and the reason.
struct Attempt {
  std::optional<Reply> reply;
  bool sent = false;           ///< without an answer: the server may have carried it out
  std::optional<Error> error;  ///< without an answer
};

class Client;

/// A request under way. Several of them run side by side.
/// Lifetime: within that of the client. Gives the request up when it is dropped.
class Pending {
 public:
  Pending(Client& client, Request request);
  Pending(Pending&&) noexcept = default;
  Pending& operator=(Pending&& other) noexcept;
  ~Pending();

  /// The answer, after repeats where they may help. `what` says what could not be done if there is none: "can't list".
  /// Errors: Unavailable, Exhausted, Cancelled, Timeout.
  Reply finish(std::string_view what, const Call& call);
  /// Whether an attempt was sent whose effect nobody knows: it got no answer, or one that does not tell.
  bool wasLeftOpen() const noexcept { return left_open_; }

 private:
  Attempt attempt(std::string_view what, const Call& call);

  Client* client_;
  std::shared_ptr<Exchange> exchange_;
  bool left_open_ = false;
};

/// Threads: any.
class Client {
 public:
  Client(const HttpSettings& http, RetryPolicy retry) : loop_(http), retry_(retry) {}

  /// Begin a request that may be repeated at will.
  Pending begin(Request request) { return {*this, std::move(request)}; }
  /// The same, and wait for it.
  Reply fetch(Request request, std::string_view what, const Call& call) {
    return begin(std::move(request)).finish(what, call);
  }
  /// Send once. Errors: Cancelled, Timeout when the call ended before anything was sent.
  Attempt sendOnce(Request request, std::string_view what, const Call& call);

  HttpLoop& loop() noexcept { return loop_; }
  const RetryPolicy& retry() const noexcept { return retry_; }

 private:
  HttpLoop loop_;
  const RetryPolicy retry_;
};

/// A change whose answer was lost. `why` says what happened to it.
Error outcomeUnknown(const Error& why);

/// How a refusal counts before another attempt.
Setback setbackOf(const Refusal& refusal) noexcept;

/// Why an exchange has no answer.
Error connectionError(const Ending& ending, std::string_view what);

/// What an ended exchange led to; an aborted one by the call's own fault. Errors: Cancelled, Timeout if nothing was
/// sent.
Attempt attemptOf(const Exchange& exchange, std::string_view what, const Call& call);

}  // namespace tally::s2
