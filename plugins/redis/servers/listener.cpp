#include "redis/servers/listener.hpp"

#include "redis/wire/failures.hpp"

namespace tally::redis {
namespace {

constexpr int kMostMoves = 32;

// The server ends its wait when the caller's deadline passes, so its answer is nearly there then. An answer that is not
// waited for may hold records that nobody else gets meanwhile.
constexpr std::chrono::milliseconds kLastWords{100};

Call withLastWords(const Call& call) {
  Call patient = call;
  if (call.hasDeadline() && call.deadline < Call::Clock::time_point::max() - kLastWords) patient.deadline += kLastWords;
  return patient;
}

bool stoppedByCaller(const Error& error, const Call& call) {
  return error.code() == ErrorCode::Cancelled || isDeadline(error, call);
}

}  // namespace

bool isDeadline(const Error& error, const Call& call) {
  return error.code() == ErrorCode::Timeout && call.hasDeadline() && Call::Clock::now() >= call.deadline;
}

std::chrono::milliseconds waitWithin(const Call& call, std::chrono::milliseconds most) {
  if (!call.hasDeadline()) return most;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(call.deadline - Call::Clock::now());
  return std::clamp(left, std::chrono::milliseconds(1), most);
}

Reply Listener::listen(const std::function<Command()>& make, std::chrono::milliseconds wait, const Call& call) {
  std::optional<Patience> patience;
  Backoff backoff;
  for (int redirections = 0;;) {
    std::optional<Error> failure;
    try {
      Reply reply = attempt(make, wait, call);
      if (!viewOf(reply).isError()) return reply;
      place_ = finder_.find(call).redirected(viewOf(reply), connection_->endpoint());
      if (!place_ && !isTransient(viewOf(reply))) throw errorOf(viewOf(reply));
      hangUp();
      if (place_ && ++redirections < kMostMoves) continue;
      failure = errorOf(viewOf(reply));
    } catch (const LostConnection& lost) {
      const bool stopped = stoppedByCaller(lost.why, call);
      if (stopped && asked_) throw lost.why;  // only the answer is to come, for the next call
      hangUp();
      interrupted_ = true;
      if (stopped) throw lost.why;
      failure = lost.why;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Unavailable || !error.retryable()) throw;
      failure = error;
    }
    place_.reset();
    finder_.find(call).distrust();
    if (!patience) patience.emplace(call, settings_.retry_time);
    if (!backoff.pause(*patience)) throw *failure;
  }
}

Reply Listener::attempt(const std::function<Command()>& make, std::chrono::milliseconds wait, const Call& call) {
  if (!connection_) open(call);
  const Call patient = withLastWords(call);
  Patience patience(patient, wait + settings_.command_timeout, Patience::For::Silence);
  if (!asked_) {
    std::string bytes;
    if (place_ && place_->asking) bytes = Command("ASKING").bytes();
    bytes += make().bytes();
    connection_->send(bytes, patience);
    if (place_ && place_->asking) connection_->receive(patience);
    asked_ = true;
  }
  Reply reply = connection_->receive(patience);
  asked_ = false;
  return reply;
}

void Listener::open(const Call& call) {
  const Place place = place_ ? *place_ : finder_.find(call).find(stream_, call);
  connection_ = place.node->open(call);
}

void Listener::hangUp() {
  connection_.reset();
  asked_ = false;
}

}  // namespace tally::redis
