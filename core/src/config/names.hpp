#pragma once
// Names of backends, and values of strangers made fit for a message.

#include <string>
#include <string_view>

#include "text/printable.hpp"

namespace tally::config {

inline constexpr std::string_view kBackendNameRule = "a letter a-z, then at most 31 of the letters a-z, digits and '_'";

/// Can `name` be the name of a backend? See kBackendNameRule.
bool isBackendName(std::string_view name) noexcept;

using detail::printable;

/// The value of the key `name` for a message: quoted, or hidden when the name or the value looks like a secret.
std::string shownValue(std::string_view name, std::string_view value);

}  // namespace tally::config
