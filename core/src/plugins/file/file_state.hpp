#pragma once
// Which file it is, and in which state.

#include <sys/stat.h>

#include <compare>
#include <cstdint>

namespace tally::plugins {

/// Equal for two looks at a file that nobody touched in between.
struct FileState {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;

  static FileState of(const struct stat& facts) noexcept {
    constexpr std::int64_t kNanos = 1'000'000'000;
    return {facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size),
            facts.st_mtim.tv_sec * kNanos + facts.st_mtim.tv_nsec,
            facts.st_ctim.tv_sec * kNanos + facts.st_ctim.tv_nsec};
  }
  /// The same file, perhaps changed since.
  bool sameFile(const FileState& other) const noexcept { return device == other.device && inode == other.inode; }
  friend bool operator==(const FileState&, const FileState&) = default;
};

}  // namespace tally::plugins
