#pragma once
// Large values are cut into pieces, one an entry.

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "redis/wire/command.hpp"

namespace tally::redis {

/// An append looks at one entry of the object, so that is never large.
inline constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

/// The pieces of a value as arguments; one empty piece for an empty value.
inline void addPieces(Command& command, std::string_view content) {
  command.reserve(content.size() + content.size() / kPieceBytes * 16 + 32);
  do {
    command.arg(content.substr(0, kPieceBytes));
    content.remove_prefix(std::min(content.size(), kPieceBytes));
  } while (!content.empty());
}

}  // namespace tally::redis
