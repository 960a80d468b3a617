#include "groups.hpp"

#include "tally/conformance/runner.hpp"

namespace tally::conformance {

const std::vector<Group>& baseGroups() {
  static const std::vector<Group> kGroups = {
      valuesCases(),        missingCases(),     appendCases(),  listCases(),  removeCases(),       namesCases(),
      conditionCases(),     concurrencyCases(), crashCases(),   callCases(),  largeCases(),        rangeCases(),
      followCases(),        expiryCases(),      pluginCases(),  batchCases(), appendStreamCases(), leaseCases(),
      consumerGroupCases(), healthCases(),      reindexCases(),
  };
  return kGroups;
}

}  // namespace tally::conformance
