#include "redis/servers/cluster.hpp"

#include <list>
#include <map>

namespace tally::redis {
namespace {

Error noNode() { return Error(ErrorCode::Unavailable, "no node of the cluster has the key's slot").retryable(true); }

}  // namespace

Cluster::Cluster(const Settings& settings) : Server(settings), map_(settings) {
  for (const auto& endpoint : settings.address.endpoints) {
    seeds_.push_back(std::make_shared<Node>(std::vector<Endpoint>{endpoint}, settings));
  }
}

std::vector<std::shared_ptr<Node>> Cluster::nodes(const Call& call) {
  learn(call);
  const std::lock_guard lock(mutex_);
  return map_.owners();
}

bool Cluster::learnFrom(Node& node, const Call& call, std::optional<Error>& failure) {
  try {
    const Reply reply = node.ask(Command("CLUSTER").arg("SLOTS"), call);
    const ReplyView slots = viewOf(reply);
    if (slots.size() == 0) throw Error(ErrorCode::Unavailable, "the cluster has no slots yet").retryable(true);
    const std::lock_guard lock(mutex_);
    map_.read(slots, node.endpoint());
    doubt_ = false;
    return true;
  } catch (const Error& error) {
    failure = error;
    return false;
  }
}

void Cluster::learn(const Call& call) {
  std::vector<std::shared_ptr<Node>> asked = seeds_;
  {
    const std::lock_guard lock(mutex_);
    if (map_.isKnown() && !doubt_) return;
    const auto known = map_.all();
    asked.insert(asked.begin(), known.begin(), known.end());
  }
  std::optional<Error> failure;
  for (const auto& node : asked) {
    if (learnFrom(*node, call, failure)) return;
    call.check();
  }
  const std::lock_guard lock(mutex_);
  if (!map_.isKnown()) throw *failure;
}

std::shared_ptr<Node> Cluster::nodeFor(const Attempt& attempt) {
  const std::lock_guard lock(mutex_);
  return attempt.place ? attempt.place->node : map_.nodeOf(slotOf(attempt.request->key));
}

void Cluster::attempt(const std::vector<Attempt*>& attempts, const Call& call) {
  try {
    learn(call);
  } catch (const Error& error) {
    for (Attempt* one : attempts) {
      one->answer->failure = error;
      one->answer->again =
          error.retryable() && error.code() == ErrorCode::Unavailable ? Answer::Again::Later : Answer::Again::No;
    }
    return;
  }
  std::map<std::shared_ptr<Node>, std::vector<Attempt*>> by_node;
  for (Attempt* one : attempts) {
    if (auto node = nodeFor(*one)) {
      by_node[std::move(node)].push_back(one);
    } else {
      one->answer->failure = noNode();
      one->answer->again = Answer::Again::Later;
    }
  }
  // All are asked before the first is heard. Always in the same order, since each takes a connection from its pool.
  std::list<Exchange> exchanges;
  for (auto& [node, group] : by_node) exchanges.emplace_back(*node, group, call).send();
  for (auto& exchange : exchanges) exchange.receive();
  for (auto& [node, group] : by_node) {
    for (Attempt* one : group) follow(*one, node->endpoint());
  }
}

Place Cluster::find(std::string_view key, const Call& call) {
  learn(call);
  const std::lock_guard lock(mutex_);
  if (auto node = map_.nodeOf(slotOf(key))) return {std::move(node)};
  throw noNode();
}

std::optional<Place> Cluster::redirected(ReplyView error, const Endpoint& asked) {
  const std::string_view word = error.isError() ? firstWord(error) : std::string_view();
  if (word != "MOVED" && word != "ASK") return std::nullopt;
  const Redirection to = parseRedirection(error.errorText(), asked);
  const std::lock_guard lock(mutex_);
  if (word == "ASK") return Place{map_.nodeAt(to.node), true};
  map_.move(to);
  doubt_ = true;
  return Place{map_.nodeAt(to.node)};
}

void Cluster::follow(Attempt& attempt, const Endpoint& asked) {
  attempt.place.reset();
  Answer& answer = *attempt.answer;
  if (answer.failure || !viewOf(answer.reply).isError()) return;
  attempt.place = redirected(viewOf(answer.reply), asked);
  if (attempt.place) answer.again = Answer::Again::Now;
}

void Cluster::distrust() {
  const std::lock_guard lock(mutex_);
  doubt_ = true;
}

}  // namespace tally::redis
