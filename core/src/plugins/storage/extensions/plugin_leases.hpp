#pragma once
// tally.lease/1 of a plugin as Leases.

#include "plugins/storage/extensions/ability.hpp"
#include "tally/extensions/lease.h"
#include "tally/extensions/lease.hpp"

namespace tally::plugins {

class PluginLeases final : public Leases, private AbilityOf<tally_leases_ops> {
 public:
  using AbilityOf::AbilityOf;
  using AbilityOf::Ops;
  std::unique_ptr<Lease> acquireLease(std::string_view key, std::string_view owner, const LeaseOptions& options,
                                      const Call& call) override;
};

}  // namespace tally::plugins
