#include "node.hpp"

#include <algorithm>
#include <utility>

namespace tally::redis {
namespace {

constexpr std::chrono::milliseconds kLookAround{20};

bool nobodyIsThere(const Error& error) { return error.code() == ErrorCode::Unavailable && error.retryable(); }

Error connectionIsGone() { return Error(ErrorCode::Unavailable, "the connection is gone, or in use").retryable(true); }

void fail(Attempt& attempt, const Error& why, Answer::Again again) {
  attempt.answer->failure = why;
  attempt.answer->again = again;
}

// The connection was lost with these requests unanswered; `seen` is whether the server may have read all of them.
void noteLoss(const std::vector<Attempt*>& attempts, std::size_t from, const Error& why, bool seen) {
  const bool stopped = why.code() == ErrorCode::Cancelled || !why.retryable();
  const bool caller_gave_up = stopped || why.code() == ErrorCode::Timeout;
  for (std::size_t i = from; i < attempts.size(); ++i) {
    Attempt& attempt = *attempts[i];
    if (seen && attempt.request->effect == Effect::Changes) {
      fail(attempt, outcomeUnknown(why), Answer::Again::No);
    } else {
      fail(attempt, why, caller_gave_up ? Answer::Again::No : Answer::Again::Later);
    }
  }
}

std::string joined(const std::vector<Attempt*>& attempts) {
  std::string bytes;
  for (Attempt* attempt : attempts) {
    if (attempt->asking) bytes += Command("ASKING").bytes();
    bytes += attempt->request->command.bytes();
  }
  return bytes;
}

void send(Connection& connection, const std::vector<Attempt*>& attempts, const Patience& patience) {
  const bool alone = attempts.size() == 1 && !attempts.front()->asking;
  if (alone) return connection.send(attempts.front()->request->command.bytes(), patience);
  connection.send(joined(attempts), patience);
}

void receive(Connection& connection, Attempt& attempt, const Patience& patience) {
  if (attempt.asking) connection.receive(patience);
  attempt.answer->reply = connection.receive(patience);
  attempt.answer->failure.reset();
  attempt.answer->again = Answer::Again::No;
}

}  // namespace

Node::Node(std::vector<Endpoint> endpoints, const Settings& settings)
    : endpoints_(std::move(endpoints)), settings_(settings) {}

/// A connection for one exchange. It goes back into the pool only when it was declared to be good.
class Node::Lease {
 public:
  /// With a `number`, none but the connection of that number; then it may be empty.
  Lease(Node& node, std::uint64_t number, const Call& call)
      : node_(node), connection_(number == 0 ? node.take(call) : node.takeNumber(number)) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (connection_) node_.giveBack(good_ ? std::move(connection_) : nullptr);
  }
  explicit operator bool() const noexcept { return connection_ != nullptr; }
  Connection& operator*() const noexcept { return *connection_; }
  void isGood() noexcept { good_ = true; }

 private:
  Node& node_;
  std::unique_ptr<Connection> connection_;
  bool good_ = false;
};

void Node::exchange(const std::vector<Attempt*>& attempts, const Call& call) {
  for (Attempt* attempt : attempts) attempt->answer->connection = 0;
  std::size_t answered = 0;
  bool seen = false;
  try {
    Lease lease(*this, attempts.front()->request->only_on, call);
    if (!lease) return fail(*attempts.front(), connectionIsGone(), Answer::Again::No);
    for (Attempt* attempt : attempts) attempt->answer->connection = (*lease).number();
    const Patience patience(call, settings_.command_timeout);
    seen = attempts.size() > 1;
    send(*lease, attempts, patience);
    seen = true;
    for (; answered < attempts.size(); ++answered) receive(*lease, *attempts[answered], patience);
    lease.isGood();
  } catch (const LostConnection& lost) {
    noteLoss(attempts, answered, lost.why, seen);
  } catch (const Error& error) {
    for (Attempt* attempt : attempts)
      fail(*attempt, error, nobodyIsThere(error) ? Answer::Again::Later : Answer::Again::No);
  }
}

Reply Node::ask(Command command, const Call& call) {
  Request request{std::move(command), {}, Effect::Reads};
  Answer answer;
  Attempt attempt{&request, &answer};
  exchange({&attempt}, call);
  answer.value();
  return std::move(answer.reply);
}

std::unique_ptr<Connection> Node::take(const Call& call) {
  call.check();
  std::unique_lock lock(mutex_);
  while (idle_.empty() && open_ >= settings_.pool_size) {
    freed_.wait_for(lock, kLookAround);
    call.check();
  }
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (!connection->isStale()) return connection;
    --open_;
  }
  ++open_;
  lock.unlock();
  try {
    return connect(call);
  } catch (...) {
    giveBack(nullptr);
    throw;
  }
}

std::unique_ptr<Connection> Node::takeNumber(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [number](const auto& connection) { return connection->number() == number; });
  if (found == idle_.rend()) return nullptr;
  auto connection = std::move(*found);
  idle_.erase(std::next(found).base());
  if (!connection->isStale()) return connection;
  --open_;
  return nullptr;
}

std::unique_ptr<Connection> Node::connect(const Call& call) const {
  for (std::size_t i = 0; i + 1 < endpoints_.size(); ++i) {
    try {
      return Connection::open(endpoints_[i], settings_, call);
    } catch (const Error& error) {
      if (!nobodyIsThere(error)) throw;
    }
  }
  return Connection::open(endpoints_.back(), settings_, call);
}

void Node::giveBack(std::unique_ptr<Connection> connection) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (connection) {
      idle_.push_back(std::move(connection));
    } else {
      --open_;
    }
  }
  freed_.notify_one();
}

void Node::forgetConnections() {
  std::vector<std::unique_ptr<Connection>> old;
  const std::lock_guard lock(mutex_);
  old.swap(idle_);
  open_ -= old.size();
}

}  // namespace tally::redis
