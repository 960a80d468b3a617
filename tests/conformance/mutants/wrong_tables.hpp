#pragma once
// Plugins that are wrong on purpose, on their C side: the in-memory example's tables with one thing spoiled.

#include <string>
#include <vector>

#include "tally/plugin_abi.h"

namespace tally::test {

/// The tables of a plugin, as they are before the host sees them.
struct Tables {
  tally_plugin descriptor;
  tally_storage_factory factory;
  tally_storage_ops ops;  ///< of each storage that is created
};

struct TableMutant {
  std::string name;    ///< what it does wrong
  std::string caught;  ///< the case that must fail
  void (*spoil)(Tables& tables);
};

const std::vector<TableMutant>& tableMutants();

/// The plugin with that done to it. There is one at a time.
const tally_plugin* spoiledPlugin(const TableMutant& mutant);

}  // namespace tally::test
