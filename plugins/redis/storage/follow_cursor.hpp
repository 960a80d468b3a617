#pragma once
// How far a follower has come in an object.

#include <cstdint>
#include <string>
#include <string_view>

namespace tally::redis {

/// A value.
struct FollowCursor {
  std::string id = "0-0";    ///< the last entry that was delivered whole; "0-0": none yet
  std::string life;          ///< of the object; empty behind an entry of others
  std::uint64_t offset = 0;  ///< of the object's bytes, up to and with that entry
  std::uint64_t within = 0;  ///< bytes of the next entry that were delivered too
  bool open_line = false;    ///< a line feed comes before the next entry

  bool atBegin() const noexcept { return id == "0-0"; }
  /// For Follower::cursor(). It knows the object's key again.
  std::string text(std::string_view key) const;
};

/// Errors: InvalidArgument for what text() did not make of this key.
FollowCursor parseFollowCursor(std::string_view text, std::string_view key);

}  // namespace tally::redis
