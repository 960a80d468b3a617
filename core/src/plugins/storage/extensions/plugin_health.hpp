#pragma once
// tally.health/1 of a plugin as a Health.

#include "plugins/storage/extensions/ability.hpp"
#include "tally/extensions/health.h"
#include "tally/extensions/health.hpp"

namespace tally::plugins {

class PluginHealth final : public Health, private AbilityOf<tally_health_ops> {
 public:
  using AbilityOf::AbilityOf;
  using AbilityOf::Ops;
  void checkHealth(HealthSink& out, const Call& call) override;
};

}  // namespace tally::plugins
