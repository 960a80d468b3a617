#pragma once
// The value of a JSON number's text, without the process's locale.

#include <charconv>
#include <limits>
#include <string_view>
#include <system_error>

namespace tally::detail {

/// The nearest double; infinite beyond its range, as arithmetic would have it.
inline double numberOf(std::string_view json_number) noexcept {
  double value = 0;
  const auto end = json_number.data() + json_number.size();
  if (std::from_chars(json_number.data(), end, value).ec != std::errc::result_out_of_range) return value;
  const bool is_tiny = json_number.find("e-") != json_number.npos || json_number.find("E-") != json_number.npos;
  if (is_tiny) return 0;
  const double huge = std::numeric_limits<double>::infinity();
  return json_number.front() == '-' ? -huge : huge;
}

}  // namespace tally::detail
