#include "redis/servers/node.hpp"

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
    attempt.answer->left_open |= seen;
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
    if (attempt->asking()) bytes += Command("ASKING").bytes();
    bytes += attempt->request->command.bytes();
  }
  return bytes;
}

void send(Connection& connection, const std::vector<Attempt*>& attempts, Patience& patience) {
  const bool alone = attempts.size() == 1 && !attempts.front()->asking();
  if (alone) return connection.send(attempts.front()->request->command.bytes(), patience);
  connection.send(joined(attempts), patience);
}

void receive(Connection& connection, Attempt& attempt, Patience& patience) {
  if (attempt.asking()) connection.receive(patience);
  attempt.answer->reply = connection.receive(patience);
  attempt.answer->failure.reset();
  attempt.answer->again = Answer::Again::No;
}

}  // namespace

Node::Node(std::vector<Endpoint> endpoints, const Settings& settings)
    : endpoints_(std::move(endpoints)), settings_(settings) {}

Exchange::Exchange(Node& node, const std::vector<Attempt*>& attempts, const Call& call)
    : node_(node), attempts_(attempts), call_(call) {
  for (Attempt* attempt : attempts) attempt->answer->connection = 0;
}

Exchange::~Exchange() {
  if (connection_) node_.giveBack(nullptr);
}

void Exchange::send() {
  seen_ = attempts_.size() > 1;
  attend([&] {
    const std::uint64_t number = attempts_.front()->request->only_on;
    connection_ = number == 0 ? node_.take(call_) : node_.takeNumber(number);
    if (!connection_) return fail(*attempts_.front(), connectionIsGone(), Answer::Again::No);
    for (Attempt* attempt : attempts_) attempt->answer->connection = connection_->number();
    patience_.emplace(call_, node_.settings_.command_timeout, Patience::For::Silence);
    tally::redis::send(*connection_, attempts_, *patience_);
    seen_ = true;
  });
}

void Exchange::receive() {
  if (!connection_) return;
  attend([&] {
    for (; answered_ < attempts_.size(); ++answered_) {
      tally::redis::receive(*connection_, *attempts_[answered_], *patience_);
    }
    node_.giveBack(std::move(connection_));
  });
}

// After an error the connection is of no use any more.
template <typename Step>
void Exchange::attend(Step&& step) {
  try {
    return step();
  } catch (const LostConnection& lost) {
    noteLoss(attempts_, answered_, lost.why, seen_);
  } catch (const Error& error) {
    const auto again = nobodyIsThere(error) ? Answer::Again::Later : Answer::Again::No;
    for (Attempt* attempt : attempts_) fail(*attempt, error, again);
  }
  if (!connection_) return;
  connection_->abandon();
  connection_.reset();
  node_.giveBack(nullptr);
}

void Node::exchange(const std::vector<Attempt*>& attempts, const Call& call) {
  Exchange exchange(*this, attempts, call);
  exchange.send();
  exchange.receive();
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
    return open(call);
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
  freed_.notify_one();
  return nullptr;
}

std::unique_ptr<Connection> Node::open(const Call& call) const {
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
