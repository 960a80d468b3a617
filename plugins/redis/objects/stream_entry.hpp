#pragma once
// One entry of an object's stream, as XRANGE shows it. The Lua twin is lua/entries.lua.

#include <cstdint>
#include <string_view>

#include "redis/wire/reply.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// Views the reply that it was read from.
struct StreamEntry {
  std::string_view id;  ///< "1767607200000-0": milliseconds since 1970, and a counter
  std::string_view content;
  bool ours = false;
  std::uint64_t size = 0;  ///< ours: of the object up to and with this entry
  std::string_view life;   ///< ours: of the object, from its creation or replacement on
  std::uint64_t late = 0;  ///< ours: milliseconds after the time in its id when it was made

  /// Whether a line feed parts it from what follows: entries of others are lines.
  bool isOpenLine() const noexcept { return !ours && (content.empty() || content.back() != '\n'); }
  SystemTime time() const;
  Version version() const;
};

/// Errors: Corrupt for an entry of others that is not of the field 'content' alone.
StreamEntry parseEntry(ReplyView entry);
/// What stat says of an object with this last entry.
StorageStat describe(const StreamEntry& last, std::uint64_t size);
/// Read "life" or "life+late" into an entry.
void parseLife(std::string_view text, StreamEntry& entry);

}  // namespace tally::redis
