#pragma once
// Who answers requests: a single server, or the nodes of a cluster.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "redis/servers/node.hpp"
#include "redis/servers/request.hpp"
#include "redis/settings.hpp"

namespace tally::redis {

/// Threads: any.
class Server {
 public:
  explicit Server(const Settings& settings) : settings_(settings) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server() = default;

  /// Ask all of it and answer in that order. What surely did nothing is tried again with growing pauses, until
  /// `retry_time` is over or the caller's patience; failures stand in the answers.
  /// Cost: one round trip to each server concerned.
  std::vector<Answer> run(std::vector<Request> requests, const Call& call);
  /// The same for one. Errors: those of Answer::value().
  Reply run(Request request, const Call& call);
  /// The same with what there is to know about it. Errors: none.
  Answer ask(Request request, const Call& call);

  /// Where a key is, for questions on a connection of their own. Errors: Unavailable.
  virtual Place find(std::string_view key, const Call& call) = 0;
  /// Where an answer sends the question instead; nothing if it does not.
  virtual std::optional<Place> redirected(ReplyView error, const Endpoint& asked) = 0;
  /// The answers made it likely that servers have changed their parts.
  virtual void distrust() = 0;

  /// Whether all keys are on one server, so that a script may touch any of them.
  virtual bool isWhole() const noexcept = 0;
  /// A node for each server that holds keys of its own. Errors: Unavailable.
  virtual std::vector<std::shared_ptr<Node>> nodes(const Call& call) = 0;

 protected:
  /// Try each attempt once, and note in its answer what became of it.
  virtual void attempt(const std::vector<Attempt*>& attempts, const Call& call) = 0;
  const Settings& settings() const noexcept { return settings_; }

 private:
  void attemptUntilDone(std::vector<Attempt*> open, const Call& call);

  const Settings& settings_;
};

}  // namespace tally::redis
