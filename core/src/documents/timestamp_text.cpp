#include "documents/timestamp_text.hpp"

#include <chrono>

namespace tally::detail {
namespace {

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Matches a pattern in which 'd' is any digit and everything else itself.
bool matches(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (pattern[i] == 'd' ? !isDigit(text[i]) : text[i] != pattern[i]) return false;
  }
  return true;
}

unsigned numberAt(std::string_view text, std::size_t at, std::size_t digits) {
  unsigned number = 0;
  for (const char digit : text.substr(at, digits)) number = number * 10 + static_cast<unsigned>(digit - '0');
  return number;
}

bool isOffset(std::string_view text) {
  if (text == "Z") return true;
  if (!matches(text, "+dd:dd") && !matches(text, "-dd:dd")) return false;
  return numberAt(text, 1, 2) < 24 && numberAt(text, 4, 2) < 60;
}

}  // namespace

bool isTimestampText(std::string_view text) noexcept {
  constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
  if (!matches(text.substr(0, kPattern.size()), kPattern)) return false;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(numberAt(text, 0, 4))),
                                         std::chrono::month(numberAt(text, 5, 2)),
                                         std::chrono::day(numberAt(text, 8, 2))};
  const bool is_time = numberAt(text, 11, 2) < 24 && numberAt(text, 14, 2) < 60 && numberAt(text, 17, 2) < 60;
  if (!date.ok() || !is_time) return false;
  text.remove_prefix(kPattern.size());
  if (text.starts_with('.')) {
    std::size_t digits = 1;
    while (digits < text.size() && isDigit(text[digits])) ++digits;
    if (digits == 1) return false;
    text.remove_prefix(digits);
  }
  return isOffset(text);
}

}  // namespace tally::detail
