#pragma once
// What is asked of text before anybody parses it.

#include <string>
#include <string_view>

namespace tally::config {

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

/// ASCII letters in lower case, everything else as it is.
std::string lowerCase(std::string_view text);

inline constexpr std::string_view kSha256Rule = "the 64 hexadecimal digits that sha256sum prints";
bool isSha256(std::string_view lower_case) noexcept;

/// The text of a file without its byte order mark.
/// Errors: ConfigSyntax, with the place, for text that is too long, not UTF-8, or holds control characters.
std::string_view checkedText(std::string_view text, const std::string& file_name);

}  // namespace tally::config
