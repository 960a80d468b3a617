#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace tally::cli {
namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array kZeroWidth = {Range{0x0300, 0x036F},   Range{0x0483, 0x0489},  Range{0x0591, 0x05BD},
                                   Range{0x0610, 0x061A},   Range{0x064B, 0x065F},  Range{0x06D6, 0x06DC},
                                   Range{0x0E34, 0x0E3A},   Range{0x0E47, 0x0E4E},  Range{0x1AB0, 0x1AFF},
                                   Range{0x1DC0, 0x1DFF},   Range{0x200B, 0x200D},  Range{0x20D0, 0x20FF},
                                   Range{0xFE00, 0xFE0F},   Range{0xFE20, 0xFE2F},  Range{0xFEFF, 0xFEFF},
                                   Range{0x1F3FB, 0x1F3FF}, Range{0xE0100, 0xE01EF}};

constexpr std::array kDoubleWidth = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},   Range{0x25FD, 0x25FE},
    Range{0x2614, 0x2615},   Range{0x2648, 0x2653},   Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},
    Range{0x26C4, 0x26C5},   Range{0x2705, 0x2705},   Range{0x270A, 0x270B},   Range{0x2728, 0x2728},
    Range{0x274C, 0x274C},   Range{0x2753, 0x2755},   Range{0x2795, 0x2797},   Range{0x2B1B, 0x2B1C},
    Range{0x2B50, 0x2B50},   Range{0x2E80, 0x303E},   Range{0x3041, 0xA4CF},   Range{0xA960, 0xA97C},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F18E, 0x1F19A},
    Range{0x1F200, 0x1F320}, Range{0x1F32D, 0x1F64F}, Range{0x1F680, 0x1F6FC}, Range{0x1F7E0, 0x1F7EB},
    Range{0x1F90C, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

template <std::size_t N>
bool within(const std::array<Range, N>& table, char32_t point) noexcept {
  return std::any_of(table.begin(), table.end(), [&](Range r) { return point >= r.first && point <= r.last; });
}

/// One character of UTF-8 text. An invalid byte is a character of its own.
struct Character {
  char32_t point = 0;
  std::string_view bytes;
  bool valid = false;
};

bool isContinuation(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

Character firstCharacter(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, text.substr(0, 1), true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const Character invalid{lead, text.substr(0, 1), false};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return invalid;
  char32_t point = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!isContinuation(text[i])) return invalid;
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
  if (overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return invalid;
  return {point, text.substr(0, size), true};
}

int widthOf(const Character& one) noexcept {
  if (!one.valid) return 1;
  if (one.point < 0x300) return 1;
  if (within(kZeroWidth, one.point)) return 0;
  return within(kDoubleWidth, one.point) ? 2 : 1;
}

/// What can move the cursor, change colours or reorder what is read.
bool isDangerous(const Character& one) noexcept {
  const auto p = one.point;
  if (!one.valid || p < 0x20 || (p >= 0x7F && p <= 0x9F)) return true;
  return p == 0x061C || p == 0x200E || p == 0x200F || (p >= 0x2028 && p <= 0x202E) || (p >= 0x2066 && p <= 0x2069);
}

std::string visible(const Character& one) {
  switch (one.point) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  const auto number = static_cast<std::uint32_t>(one.point);
  return number < 0x80 || !one.valid ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{{{:x}}}", number);
}

std::string escape(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto one = firstCharacter(text);
    const bool keep = one.bytes.size() == 1 && kept.find(one.bytes.front()) != std::string_view::npos;
    if (isDangerous(one) && !keep) {
      out += visible(one);
    } else {
      out += one.bytes;
    }
    text.remove_prefix(one.bytes.size());
  }
  return out;
}

}  // namespace

int displayWidth(std::string_view text) noexcept {
  int width = 0;
  while (!text.empty()) {
    const auto one = firstCharacter(text);
    width += widthOf(one);
    text.remove_prefix(one.bytes.size());
  }
  return width;
}

bool isUtf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto one = firstCharacter(text);
    if (!one.valid) return false;
    text.remove_prefix(one.bytes.size());
  }
  return true;
}

std::string cutToWidth(std::string_view text, int width) {
  if (displayWidth(text) <= width) return std::string(text);
  std::string out;
  int used = 1;  // for the ellipsis
  while (!text.empty()) {
    const auto one = firstCharacter(text);
    used += widthOf(one);
    if (used > width) break;
    out += one.bytes;
    text.remove_prefix(one.bytes.size());
  }
  return out + "…";
}

std::string escaped(std::string_view text) { return escape(text, ""); }

std::string escapedLines(std::string_view text) { return escape(text, "\n\t"); }

std::string squeezed(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return escaped(line);
}

std::string shellQuoted(std::string_view text) {
  const auto is_plain = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("_-./:=@%+,").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace tally::cli
