#pragma once
// Whether a text is a date and time as RFC 3339 writes them.

#include <string_view>

namespace tally::detail {

/// "2026-01-31T12:00:00Z", with any number of digits behind the seconds, and Z or an offset like +05:30. The date must
/// exist; leap seconds are refused, since the original tool can't read them.
bool isTimestampText(std::string_view text) noexcept;

}  // namespace tally::detail
