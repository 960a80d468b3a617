#pragma once
// What a slot of the journal notes, and which bytes of a file readers must not see because of it.

#include <sys/stat.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "local/journal/journal_file.hpp"
#include "local/journal/key_hash.hpp"
#include "local/system/file_state.hpp"

namespace tally::local {

/// Whether a slot with this sequence notes a change that is not finished.
inline bool unfinished(std::uint64_t sequence) noexcept { return sequence % 2 != 0; }

/// What a slot says of an append.
struct Note {
  std::uint64_t made;  // the hash of the key whose file the append makes, if its position is kNoFile
  FileIdentity file;
  std::uint64_t position, end;

  /// Whether the file ends in bytes of that append. A file that is longer than it can be was appended to by a program
  /// that takes no locks; another one of the same inode is that of somebody else.
  bool hides(std::string_view key, int fd, const struct stat& found) const {
    const auto size = static_cast<std::uint64_t>(found.st_size);
    if (position == kNoFile && size == 0 && made == hashOf(key)) return true;
    return file.inode == found.st_ino && size <= end && (position == kNoFile || size > position) &&
           identityOf(fd) == file;
  }
};

/// Whole only if the slot's sequence is the same before and after, or the slot is locked.
inline Note noteIn(const Slot& slot) noexcept {
  const std::uint64_t made = slot.made.load(std::memory_order_acquire);
  const std::uint64_t inode = slot.inode.load(std::memory_order_acquire);
  return {made,
          {inode, slot.birth.load(std::memory_order_acquire)},
          slot.position.load(std::memory_order_acquire),
          slot.end.load(std::memory_order_acquire)};
}

}  // namespace tally::local
