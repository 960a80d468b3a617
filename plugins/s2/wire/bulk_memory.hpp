#pragma once
// Memory for the frames of a long read.

#include <cstddef>
#include <memory>

namespace tally::s2 {

/// Large frames share pieces of memory that are made for them, in large pages. Each in memory of its own they would
/// make the kernel hand out, clear and take back every 4 KiB by itself, which takes as long as the whole transfer. A
/// piece goes when the last frame in it has gone. Small frames have memory of their own: it may be kept for long.
/// Threads: one. Cost: at most 8 MiB of addresses, and what of it is used of memory, besides the frames.
class BulkMemory {
 public:
  struct Room {
    std::shared_ptr<const void> owner;
    char* bytes = nullptr;
  };
  /// Room for so many bytes, which are not cleared. Errors: std::bad_alloc.
  Room take(std::size_t size);

 private:
  std::shared_ptr<char> piece_;
  std::size_t used_ = 0;  // of it
};

}  // namespace tally::s2
