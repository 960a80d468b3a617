#pragma once
// One server and the connections kept open to it.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "redis/servers/request.hpp"
#include "redis/settings.hpp"
#include "redis/wire/connection.hpp"

namespace tally::redis {

/// Threads: any. Each exchange has a connection of its own; at most `pool_size` are open.
class Node {
 public:
  /// `endpoints` are names of one server, tried in order. `settings` must outlive the node.
  Node(std::vector<Endpoint> endpoints, const Settings& settings);

  /// Send all requests in one go and note what became of each. Throws nothing but std::bad_alloc.
  /// Cost: one round trip.
  void exchange(const std::vector<Attempt*>& attempts, const Call& call);

  /// A connection beside those of the pool. Errors: those of Connection::open.
  std::unique_ptr<Connection> open(const Call& call) const;

  /// Ask just this server, once. Errors: those of Answer::value().
  Reply ask(Command command, const Call& call);

  /// Close the connections that nobody uses, after news that the server has changed.
  void forgetConnections();
  const Endpoint& endpoint() const noexcept { return endpoints_.front(); }

 private:
  friend class Exchange;
  std::unique_ptr<Connection> take(const Call& call);
  std::unique_ptr<Connection> takeNumber(std::uint64_t number);
  void giveBack(std::unique_ptr<Connection> connection) noexcept;

  const std::vector<Endpoint> endpoints_;
  const Settings& settings_;

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_, the latest used last
  std::size_t open_ = 0;                           // guarded by mutex_, idle ones included
};

/// The two halves of Node::exchange, so that several nodes can be asked at the same time. Refers to all it is made of.
/// Threads: one. A second half that is left out costs the connection.
class Exchange {
 public:
  Exchange(Node& node, const std::vector<Attempt*>& attempts, const Call& call);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();

  void send();
  void receive();

 private:
  template <typename Step>
  void attend(Step&& step);

  Node& node_;
  const std::vector<Attempt*>& attempts_;
  const Call& call_;
  std::optional<Patience> patience_;  // from the moment when there is a connection
  std::unique_ptr<Connection> connection_;
  std::size_t answered_ = 0;
  bool seen_ = false;  // whether the server may have read all of it
};

}  // namespace tally::redis
