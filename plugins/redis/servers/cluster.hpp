#pragma once
// The nodes of a Redis Cluster: each request goes to the master that has its key's slot, wherever that has moved to.

#include <mutex>

#include "redis/servers/server.hpp"
#include "redis/servers/slot_map.hpp"

namespace tally::redis {

class Cluster final : public Server {
 public:
  /// The addresses in `settings` are whom to ask first; any node that is up will do.
  explicit Cluster(const Settings& settings);
  bool isWhole() const noexcept override { return false; }
  std::vector<std::shared_ptr<Node>> nodes(const Call& call) override;
  Place find(std::string_view key, const Call& call) override;
  std::optional<Place> redirected(ReplyView error, const Endpoint& asked) override;
  void distrust() override;

 protected:
  void attempt(const std::vector<Attempt*>& attempts, const Call& call) override;

 private:
  void learn(const Call& call);
  bool learnFrom(Node& node, const Call& call, std::optional<Error>& failure);
  std::shared_ptr<Node> nodeFor(const Attempt& attempt);
  void follow(Attempt& attempt, const Endpoint& asked);

  std::vector<std::shared_ptr<Node>> seeds_;

  std::mutex mutex_;
  SlotMap map_;         // guarded by mutex_
  bool doubt_ = false;  // guarded by mutex_: the map may be old
};

}  // namespace tally::redis
