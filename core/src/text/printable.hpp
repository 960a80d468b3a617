#pragma once
// Text of strangers made fit for a message: what a terminal obeys must not come from them. For every room of the core.

#include <algorithm>
#include <string>
#include <string_view>

namespace tally::detail {

/// `text` on one line, without control characters, of which UTF-8 has some beyond ASCII; cut after a whole character
/// where it is longer than `longest` bytes.
inline std::string printable(std::string_view text, std::size_t longest = 80) {
  constexpr std::size_t kLongestTail = 3;  // of a character in UTF-8, behind its first byte
  std::size_t end = std::min(text.size(), longest);
  for (std::size_t back = 0; end < text.size() && end > 0 && back < kLongestTail; ++back) {
    if ((text[end] & 0xC0) != 0x80) break;
    --end;
  }
  std::string line(text.substr(0, end));
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    const bool beyond_ascii = i > 0 && line[i - 1] == '\xC2' && byte >= 0x80 && byte < 0xA0;
    if (beyond_ascii) line[i - 1] = ' ';
    if (byte < 0x20 || byte == 0x7F || beyond_ascii) line[i] = ' ';
  }
  return end < text.size() ? line + "..." : line;
}

}  // namespace tally::detail
