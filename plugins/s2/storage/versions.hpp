#pragma once
// What callers are told of a stream's state.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "s2/wire/messages.hpp"
#include "tally/storage.hpp"

namespace tally::s2 {

/// The state of a stream: where it ends, and when its last record came. A stream that was deleted and made again has
/// other times.
inline Version versionOf(const Position& tail) {
  return Version(std::to_string(tail.seq_num) + '-' + std::to_string(tail.timestamp));
}

/// A version that no state has: of a value that was replaced before anybody saw it.
inline Version passedVersion(const Position& at) { return versionOf({at.seq_num, 0}); }

inline StorageStat describe(const Position& tail, std::optional<std::uint64_t> size) {
  StorageStat stat;
  stat.size = size;
  stat.modified = SystemTime(std::chrono::milliseconds(tail.timestamp));
  stat.version = versionOf(tail);
  return stat;
}

}  // namespace tally::s2
