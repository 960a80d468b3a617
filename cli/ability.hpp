#pragma once
// The optional abilities of the configured backend.

#include <fmt/format.h>

#include "app.hpp"

namespace tally::cli {

/// Errors: Unsupported, with the command that shows what the backend offers; those of opening the storage.
template <typename Ability>
Ability& abilityOf(Context& context) {
  auto* const ability = context.storage().extension<Ability>();
  if (ability != nullptr) return *ability;
  const auto& backend = context.config().storage.backend;
  throw Error(ErrorCode::Unsupported, fmt::format("the backend '{}' does not offer {}; 'tally plugins inspect {}' "
                                                  "shows what it does",
                                                  backend, Ability::kId, backend));
}

}  // namespace tally::cli
