#pragma once
// tally.health/1: which settings of the store and of its servers let data vanish.

#include <string>
#include <vector>

#include "redis/names/directories.hpp"
#include "redis/names/key_names.hpp"
#include "redis/servers/owner.hpp"
#include "redis/servers/server_finder.hpp"
#include "redis/settings.hpp"
#include "tally/extensions/health.hpp"

namespace tally::redis {

/// What the options let vanish; a sentence each, none by default.
std::vector<std::string> lossesBy(const Settings& settings);

/// Looks at the store's options, at memory, persistence and user of each server, at what this user may do, and for
/// stores whose prefixes begin this one's, and at some objects whether the index has them. What it may not ask is a
/// warning of its own. The subject is the server's address, "options", "rights" or "index".
/// Cost: up to fourteen round trips to each master, and six more.
class RedisHealth final : public Health {
 public:
  RedisHealth(const Owner& owner, const Settings& settings, const KeyNames& names, ServerFinder& finder,
              Directories& directories) noexcept
      : owner_(owner), settings_(settings), names_(names), finder_(finder), directories_(directories) {}
  void checkHealth(HealthSink& out, const Call& call) override;

 private:
  void lookAtOptions(HealthSink& out) const;
  void lookAtRights(HealthSink& out, const Call& call);
  void lookAbove(HealthSink& out, const Call& call);
  void lookAtIndex(HealthSink& out, const Call& call);

  const Owner& owner_;
  const Settings& settings_;
  const KeyNames& names_;
  ServerFinder& finder_;
  Directories& directories_;
};

}  // namespace tally::redis
