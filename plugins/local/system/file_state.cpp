#include "local/system/file_state.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>

#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec; }

}  // namespace

FileIdentity identityIn(const struct statx& found) noexcept {
  const auto birth = static_cast<std::uint64_t>(found.stx_btime.tv_sec) * 1'000'000'000 + found.stx_btime.tv_nsec;
  return {found.stx_ino, (found.stx_mask & STATX_BTIME) != 0 ? birth : 0};
}

FileIdentity identityOf(int fd) {
  struct statx found {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &found) == 0) return identityIn(found);
  throw systemError(errno, "can't look at the file");
}

Version versionOf(const struct stat& found) {
  const std::uint64_t numbers[] = {found.st_ino, static_cast<std::uint64_t>(nanoseconds(found.st_mtim)),
                                   static_cast<std::uint64_t>(found.st_size)};
  std::array<char, 50> text;
  text.fill('-');
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    for (std::size_t digit = 0; digit < 16; ++digit) {
      text[i * 17 + digit] = "0123456789abcdef"[(numbers[i] >> (60 - 4 * digit)) & 0xF];
    }
  }
  return Version({text.data(), text.size()});
}

StorageStat describe(const struct stat& found) {
  StorageStat result;
  result.is_directory = S_ISDIR(found.st_mode);
  if (result.is_directory) return result;
  requireFile(found.st_mode);
  result.size = static_cast<std::uint64_t>(found.st_size);
  result.modified = SystemTime(std::chrono::nanoseconds(nanoseconds(found.st_mtim)));
  result.version = versionOf(found);
  return result;
}

void requireFile(mode_t mode) {
  if (S_ISREG(mode)) return;
  if (S_ISDIR(mode)) throw Error(ErrorCode::IsADirectory, "this key is a folder");
  throw Error(ErrorCode::PermissionDenied, "neither a regular file nor a folder; the store does not touch it");
}

struct stat statusOf(int fd) {
  struct stat found {};
  if (::fstat(fd, &found) != 0) throw systemError(errno, "can't look at the file");
  return found;
}

std::optional<struct stat> statusIn(int folder, const char* name) {
  struct stat found {};
  if (::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0) return found;
  if (errno == ENOENT) return std::nullopt;
  throw systemError(errno, "can't look at the file");
}

}  // namespace tally::local
