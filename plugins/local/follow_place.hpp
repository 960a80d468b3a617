#pragma once
// Where a follower is: in which file, and how far. As text it is the follower's cursor.

#include <cstdint>
#include <string>
#include <string_view>

namespace tally::local {

/// Inode numbers are used again; together with the time of birth, where the file system keeps one, they are not.
struct FileIdentity {
  std::uint64_t inode = 0;
  std::uint64_t birth = 0;  // nanoseconds

  bool operator==(const FileIdentity&) const = default;
};

/// Errors: whatever statx reports.
FileIdentity identityOf(int fd);

struct FollowPlace {
  FileIdentity file;  // inode 0: no file was met yet, or it is gone
  std::uint64_t offset = 0;
};

/// "local1-" and four numbers: a hash of the key, then the place.
std::string cursorOf(std::string_view key, const FollowPlace& place);
/// Errors: InvalidArgument for text that is no cursor, or that of another key.
FollowPlace placeOf(std::string_view key, std::string_view cursor);

}  // namespace tally::local
