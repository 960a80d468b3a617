#pragma once
// tally.reindex/1 of a plugin as a Reindex.

#include "plugins/storage/extensions/ability.hpp"
#include "tally/extensions/reindex.h"
#include "tally/extensions/reindex.hpp"

namespace tally::plugins {

class PluginReindex final : public Reindex, private AbilityOf<tally_reindex_ops> {
 public:
  using AbilityOf::AbilityOf;
  using AbilityOf::Ops;
  ReindexResult rebuildIndex(ReindexProgress& progress, const Call& call) override;
};

}  // namespace tally::plugins
