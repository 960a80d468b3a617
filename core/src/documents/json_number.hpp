#pragma once
// The value of a JSON number's text, without the process's locale.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

namespace tally::detail {

/// Whether the amount is below 1, of a number whose value is no double: by the place of its first digit that is not 0.
inline bool isFraction(std::string_view json_number) noexcept {
  constexpr std::int64_t kFar = std::int64_t{1} << 62;
  const std::size_t end = std::min(json_number.find_first_of("eE"), json_number.size());
  const std::string_view digits = json_number.substr(0, end);
  const std::size_t point = std::min(digits.find('.'), end), first = digits.find_first_of("123456789");
  if (first == digits.npos) return true;
  auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);  // 1 for "5." and 0 for ".5"
  if (first > point) ++place;
  std::string_view power = json_number.substr(std::min(end + 1, json_number.size()));
  if (power.starts_with('+')) power.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto read = std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (read.ec == std::errc::result_out_of_range) exponent = power.front() == '-' ? -kFar : kFar;
  return place + std::clamp(exponent, -kFar, kFar) <= 0;
}

/// The nearest double; beyond its range infinite, or the smallest one, so that nothing but 0 is taken for 0.
inline double numberOf(std::string_view json_number) noexcept {
  using Limits = std::numeric_limits<double>;
  double value = 0;
  const auto end = json_number.data() + json_number.size();
  if (std::from_chars(json_number.data(), end, value).ec != std::errc::result_out_of_range) return value;
  const double amount = isFraction(json_number) ? Limits::denorm_min() : Limits::infinity();
  return json_number.front() == '-' ? -amount : amount;
}

}  // namespace tally::detail
