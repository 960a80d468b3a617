#pragma once
// Numbers out of what servers and cursors say.

#include <charconv>
#include <string_view>
#include <system_error>

namespace tally::redis {

/// Whether all of `text` is a number that fits; then it is in `value`.
template <typename Number>
bool parseNumber(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace tally::redis
