#pragma once
// What an operator should know of the servers under a store: which settings let data vanish.

#include <string>
#include <vector>

#include "redis_storage.hpp"

namespace tally::redis {

struct HealthFinding {
  enum class Level { Fine, Warning };
  Level level = Level::Fine;
  std::string server;  ///< "127.0.0.1:6379", or empty for what concerns the store's own options
  std::string text;    ///< one sentence; never a secret
};

/// Look at the store's options, and at memory, persistence and user of each server. What this user may not ask is a
/// warning of its own.
/// Errors: those of reaching the servers. Cost: four round trips to each master.
std::vector<HealthFinding> examineServers(RedisStorage& storage, const Call& call);

}  // namespace tally::redis
