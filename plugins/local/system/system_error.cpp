#include "local/system/system_error.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace tally::local {
namespace {

struct Meaning {
  ErrorCode code;
  std::string_view advice;
  bool retryable = false;
};

Meaning meaningOf(int number) {
  switch (number) {
    case ENOENT: return {ErrorCode::NotFound, ""};
    case EEXIST: return {ErrorCode::AlreadyExists, ""};
    case EACCES: return {ErrorCode::PermissionDenied, "give this user access to the store's folder"};
    case EPERM: return {ErrorCode::PermissionDenied, "the file may be immutable; look at it with lsattr"};
    case EROFS: return {ErrorCode::PermissionDenied, "mount the file system for writing"};
    case ENXIO: return {ErrorCode::PermissionDenied, "it is not a regular file"};
    case ENOSPC: return {ErrorCode::NoSpace, "free some space and try again"};
    case EDQUOT: return {ErrorCode::NoSpace, "free some space or raise the quota"};
    case EISDIR: return {ErrorCode::IsADirectory, ""};
    case ENOTDIR: return {ErrorCode::NotADirectory, "a part of the path is a file"};
    case ENAMETOOLONG:
      return {ErrorCode::InvalidArgument, "a segment is longer than the file system allows (255 bytes)"};
    case EMFILE: return {ErrorCode::Exhausted, "raise the limit of open files (ulimit -n)", true};
    case ENFILE: return {ErrorCode::Exhausted, "the machine has no file descriptors left", true};
    case ENOMEM: return {ErrorCode::Exhausted, "", true};
    case EFBIG:
      return {ErrorCode::TooLarge, "the file system or the limit of file sizes (ulimit -f) does not allow it"};
    case EIO: return {ErrorCode::Unavailable, "the disk reports damage; see the kernel's log"};
    case EBUSY: return {ErrorCode::Unavailable, "something is mounted there"};
    case ELOOP:
    case EXDEV: return {ErrorCode::OutsideRoot, "a symbolic link on the way leads out of the store's folder"};
    case EAGAIN: return {ErrorCode::Unavailable, "another program holds a lease on the file; try again", true};
    case ENOLCK: return {ErrorCode::Unavailable, "", true};
    default: return {ErrorCode::Unavailable, ""};
  }
}

std::string sentence(int number, std::string_view what, std::string_view advice) {
  std::string text(what);
  text += ": " + std::generic_category().message(number);
  if (!advice.empty()) text.append("; ").append(advice);
  return text;
}

}  // namespace

Error systemError(int number, std::string_view what) {
  const Meaning meaning = meaningOf(number);
  Error error(meaning.code, sentence(number, what, meaning.advice));
  error.retryable(meaning.retryable).systemErrno(number);
  return error;
}

Error syncError(int number, std::string_view what) {
  Error error(ErrorCode::OutcomeUnknown,
              sentence(number, what, "the change is visible, but may not survive a power loss"));
  error.systemErrno(number);
  return error;
}

}  // namespace tally::local
