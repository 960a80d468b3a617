#pragma once
// Where a follower is: in which file, and how far. As text it is the follower's cursor.

#include <cstdint>
#include <string>
#include <string_view>

#include "local/system/file_state.hpp"

namespace tally::local {

struct FollowPlace {
  FileIdentity file;  // inode 0: no file was met yet, or it is gone
  std::uint64_t offset = 0;
};

/// "local1-" and four numbers: a hash of the key, then the place.
std::string cursorOf(std::string_view key, const FollowPlace& place);
/// Errors: InvalidArgument for text that is no cursor, or that of another key.
FollowPlace placeOf(std::string_view key, std::string_view cursor);

}  // namespace tally::local
