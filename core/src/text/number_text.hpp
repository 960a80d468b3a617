#pragma once
// A number as people write it, in every locale.

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace tally::detail {

/// "3", "0.5", "1e-07": the shortest text that stands for `number`, whole ones with all their digits up to 10^15.
inline std::string numberText(double number) {
  constexpr double kAllDigits = 1e15;
  char text[32];
  const bool whole = std::fabs(number) <= kAllDigits && std::trunc(number) == number;
  const auto end = whole ? std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(number))
                         : std::to_chars(text, text + sizeof text, number);
  return {text, end.ptr};
}

}  // namespace tally::detail
