#pragma once
// One server that has all keys.

#include "redis/servers/server.hpp"

namespace tally::redis {

class SingleServer final : public Server {
 public:
  explicit SingleServer(const Settings& settings);
  bool isWhole() const noexcept override { return true; }
  std::vector<std::shared_ptr<Node>> nodes(const Call& call) override;
  Place find(std::string_view key, const Call& call) override;
  std::optional<Place> redirected(ReplyView error, const Endpoint& asked) override;
  void distrust() override;

 protected:
  void attempt(const std::vector<Attempt*>& attempts, const Call& call) override;

 private:
  std::shared_ptr<Node> node_;
};

}  // namespace tally::redis
