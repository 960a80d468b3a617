#pragma once
// Whole lines out of the bytes that a follower delivers, and the cursor behind each of them.

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tally/extensions/follow.hpp"

namespace tally::detail {

/// A cursor of the backend, and how many bytes behind it are used up.
struct ByteCursor {
  std::string backend;
  std::uint64_t skip = 0;
};

/// Not for several threads.
class FollowedLines {
 public:
  /// `skip` bytes of what comes first are passed over, unless the object was replaced.
  FollowedLines(std::unique_ptr<Follower> follower, std::uint64_t skip)
      : follower_(std::move(follower)), to_skip_(skip) {}

  /// Wait for more. Reset and Removed drop what is left. Errors: those of the follower.
  FollowEvent wait(const Call& call);

  /// The next line with its line feed; empty when there is no whole one.
  std::string_view line() noexcept;
  /// What lies behind the last whole line.
  std::string_view rest() const noexcept { return std::string_view(bytes_).substr(used_); }
  /// Go on behind the first `size` bytes.
  void use(std::size_t size);
  ByteCursor cursor() const;

 private:
  struct Chunk {
    std::string cursor;  // where it began
    std::uint64_t size;
  };
  void clear();

  std::unique_ptr<Follower> follower_;
  std::string bytes_;
  std::size_t used_ = 0;       // of bytes_
  std::deque<Chunk> chunks_;   // that are not used up
  std::uint64_t skipped_ = 0;  // of the first of them
  std::uint64_t to_skip_;
  std::size_t searched_ = 0;  // so many bytes of the rest hold no line feed
};

}  // namespace tally::detail
