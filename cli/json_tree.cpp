#include "json_tree.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

namespace tally::cli {
namespace {

constexpr std::size_t kUnicodeEscape = 6;  // \ud83d

bool isHighHalf(unsigned long unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
bool isLowHalf(unsigned long unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// The code unit of the escape that `text` begins with; 0 if that is no \uXXXX.
unsigned long unitOf(std::string_view text) {
  if (text.substr(0, 2) != "\\u" || text.size() < kUnicodeEscape) return 0;
  return std::strtoul(std::string(text.substr(2, 4)).c_str(), nullptr, 16);
}

/// Take one character of a string from `text`, as it is or, half a surrogate pair, as text.
void takeCharacter(std::string_view& text, std::string& out) {
  const auto unit = unitOf(text);
  const bool pair = isHighHalf(unit) && isLowHalf(unitOf(text.substr(kUnicodeEscape)));
  if (!pair && (isHighHalf(unit) || isLowHalf(unit))) out += '\\';
  std::size_t size = text.front() == '\\' ? 2 : 1;
  if (unit != 0) size = pair ? 2 * kUnicodeEscape : kUnicodeEscape;
  out += text.substr(0, size);
  text.remove_prefix(std::min(size, text.size()));
}

void takeString(std::string_view& text, std::string& out) {
  out += text.front();
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') takeCharacter(text, out);
}

void takeNumber(std::string_view& text, std::string& out) {
  const std::string number(text.substr(0, text.find_first_not_of("+-.0123456789eE")));
  text.remove_prefix(number.size());
  const bool fits = std::isfinite(std::strtod(number.c_str(), nullptr));
  out += fits ? number : '"' + number + '"';
}

std::string withTextForOddValues(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char first = text.front();
    if (first == '-' || (first >= '0' && first <= '9')) {
      takeNumber(text, out);
      continue;
    }
    if (first == '"') takeString(text, out);
    if (text.empty()) break;
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace

Json treeOf(std::string_view json) {
  constexpr bool kThrow = false;
  auto tree = Json::parse(json, nullptr, kThrow);
  if (tree.is_discarded()) tree = Json::parse(withTextForOddValues(json), nullptr, kThrow);
  return tree.is_discarded() ? Json(std::string(json)) : tree;
}

}  // namespace tally::cli
