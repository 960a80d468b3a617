#pragma once
// Text inside URLs.

#include <string>
#include <string_view>

namespace tally::s2 {

/// `text` as one path segment or query value: all but letters, digits and "-._~" as %XX, also '/'.
std::string percentEncoded(std::string_view text);

}  // namespace tally::s2
