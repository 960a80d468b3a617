#pragma once
// SHA-1, by which Redis calls scripts that it knows. Not for anything that has to be secret.

#include <string>
#include <string_view>

namespace tally::redis {

/// 40 lower-case hexadecimal digits.
std::string sha1(std::string_view text);

}  // namespace tally::redis
