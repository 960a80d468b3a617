#pragma once
// What a file's status says in the words of the contract.

#include <sys/stat.h>

#include <cstdint>
#include <optional>

#include "tally/storage.hpp"

namespace tally::local {

/// Inode numbers are used again; together with the time of birth, where the file system keeps one, they are not.
struct FileIdentity {
  std::uint64_t inode = 0;
  std::uint64_t birth = 0;  // nanoseconds

  bool operator==(const FileIdentity&) const = default;
};

/// Of what statx found, which was asked for STATX_INO and STATX_BTIME.
FileIdentity identityIn(const struct statx& found) noexcept;
/// Errors: whatever statx reports.
FileIdentity identityOf(int fd);

/// Inode, time of the last change and size. Every replacement gets a newer time, every append another size.
Version versionOf(const struct stat& found);

/// Errors: PermissionDenied for what is neither file nor folder.
StorageStat describe(const struct stat& found);

/// Errors: IsADirectory; PermissionDenied for a pipe, socket or device.
void requireFile(mode_t mode);

/// The status of an open file or folder.
struct stat statusOf(int fd);

/// The status of `name` itself in an open folder, also when it is a link; nothing when it is absent.
std::optional<struct stat> statusIn(int folder, const char* name);

}  // namespace tally::local
