#include "config/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "config/text.hpp"

namespace tally::config {
namespace {

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool consistsOf(std::string_view text, std::string_view alphabet) {
  return !text.empty() && text.find_first_not_of(alphabet) == text.npos;
}

template <typename Number, typename... Format>
std::optional<Number> numberOf(std::string_view text, Format... format) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, format...);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view withoutPlus(std::string_view text) { return text.starts_with('+') ? text.substr(1) : text; }

bool isDecimal(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return consistsOf(text, "0123456789");
}

std::optional<double> specialNumber(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (isOneOf(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!isOneOf(text, {".inf", ".Inf", ".INF"})) return std::nullopt;
  return negative ? -kInfinity : kInfinity;
}

std::optional<double> fraction(std::string_view text) {
  const std::string_view unsigned_part = text.starts_with('-') ? text.substr(1) : withoutPlus(text);
  const bool well_formed =
      consistsOf(unsigned_part, "0123456789.eE+-") && unsigned_part.front() != '+' && unsigned_part.front() != '-';
  if (!well_formed) return std::nullopt;
  return numberOf<double>(withoutPlus(text), std::chars_format::general);
}

}  // namespace

bool isNull(std::string_view plain) noexcept { return plain.empty() || isOneOf(plain, {"~", "null", "Null", "NULL"}); }

decltype(OptionValue::value) typedValue(const std::string& plain) {
  const std::string_view text = plain;
  if (isNull(text)) return std::monostate{};
  if (isOneOf(text, {"true", "True", "TRUE"})) return true;
  if (isOneOf(text, {"false", "False", "FALSE"})) return false;
  std::optional<std::int64_t> whole;
  if (isDecimal(text)) {
    whole = numberOf<std::int64_t>(withoutPlus(text), 10);
  } else if (text.starts_with("0x") && consistsOf(text.substr(2), "0123456789abcdefABCDEF")) {
    whole = numberOf<std::int64_t>(text.substr(2), 16);
  } else if (text.starts_with("0o") && consistsOf(text.substr(2), "01234567")) {
    whole = numberOf<std::int64_t>(text.substr(2), 8);
  } else if (const auto special = specialNumber(text)) {
    return *special;
  } else if (const auto number = fraction(text)) {
    return *number;
  }
  if (whole) return *whole;
  return plain;
}

decltype(OptionValue::value) typedValue(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::Null) return std::monostate{};
  if (node.quoted) return node.text;
  return typedValue(node.text);
}

}  // namespace tally::config
