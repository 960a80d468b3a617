#pragma once
// One server that has all keys.

#include "server.hpp"

namespace tally::redis {

class SingleServer final : public Server {
 public:
  explicit SingleServer(const Settings& settings);
  bool isWhole() const noexcept override { return true; }
  std::vector<std::shared_ptr<Node>> nodes(const Call& call) override;

 protected:
  void attempt(const std::vector<Attempt*>& attempts, const Call& call) override;
  void distrust() override;

 private:
  std::shared_ptr<Node> node_;
};

}  // namespace tally::redis
