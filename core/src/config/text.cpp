#include "config/text.hpp"

#include <algorithm>

#include "config/fail.hpp"
#include "tally/path.hpp"

namespace tally::config {
namespace {

// The parser ends at byte 4 as if it were the end of the file; YAML allows none of these.
bool isForbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

Origin placeOf(std::string_view text, std::size_t offset, const std::string& file_name) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {file_name, static_cast<int>(lines) + 1, static_cast<int>(offset - line_start) + 1};
}

}  // namespace

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool isSha256(std::string_view lower_case) noexcept {
  return lower_case.size() == 64 && lower_case.find_first_not_of("0123456789abcdef") == lower_case.npos;
}

std::string_view checkedText(std::string_view text, const std::string& file_name) {
  if (text.size() > kMaxFileBytes)
    fail(ErrorCode::ConfigSyntax, {file_name}, "the file is larger than 1 MiB, which no configuration needs");
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = path::detail::utf8Sequence(text.substr(i));
    if (length == 0)
      fail(ErrorCode::ConfigSyntax, placeOf(text, i, file_name), "not valid UTF-8; save the file as UTF-8");
    if (isForbidden(text[i]))
      fail(ErrorCode::ConfigSyntax, placeOf(text, i, file_name),
           "a control character; in a quoted value it can be written as an escape like \"\\x1B\"");
    i += length;
  }
  return text;
}

}  // namespace tally::config
