#pragma once
// Numbers out of what servers and cursors say.

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include "tally/error.hpp"

namespace tally::redis {

/// Whether all of `text` is a number that fits; then it is in `value`.
template <typename Number>
bool parseNumber(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// The number that a server's answer is. Errors: Internal.
template <typename Number>
Number numberOf(std::string_view text) {
  Number value{};
  if (parseNumber(text, value)) return value;
  throw Error(ErrorCode::Internal,
              "the server's answer is not the number that it should be: '" + std::string(text) + "'");
}

}  // namespace tally::redis
