#include "groups.hpp"

#include "tally/conformance/runner.hpp"

namespace tally::conformance {

const std::vector<Group>& baseGroups() {
  static const std::vector<Group> groups = [] {
    std::vector<Group> all = {
        valuesCases(),      missingCases(), appendCases(), listCases(),  removeCases(), namesCases(),  conditionCases(),
        concurrencyCases(), crashCases(),   callCases(),   largeCases(), rangeCases(),  expiryCases(), pluginCases(),
    };
    for (auto& ability : abilityGroups()) all.push_back(std::move(ability));
    return all;
  }();
  return groups;
}

}  // namespace tally::conformance
