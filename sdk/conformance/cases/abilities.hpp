#pragma once
// What the cases of the optional abilities share.

#include <string>

#include "tally/conformance/case.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {

/// The ability of a storage. Cases name it in their needs, so that they are skipped where it is not offered.
template <typename Ability>
Ability& of(IStorage& storage) {
  auto* const ability = storage.extension<Ability>();
  expect(ability != nullptr, std::string(Ability::kId) + " is offered by one handle of the storage, not by another");
  return *ability;
}

}  // namespace tally::conformance
