#include "local/root/confined_open.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <chrono>
#include <thread>

#include "local/system/c_path.hpp"

namespace tally::local {
namespace {

constexpr int kMaxOpens = 200;

UniqueFd openat2(int folder, const char* path, const open_how& how) {
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, folder, path, &how, sizeof how)));
}

bool isLink(int folder, const char* name) {
  struct stat found {};
  return ::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode);
}

// One step of the walk. O_NOFOLLOW alone reports a link as ENOTDIR with O_DIRECTORY, and opens the link itself with
// O_PATH; both become ELOOP here.
UniqueFd openSegment(int folder, std::string_view segment, int flags, mode_t mode) {
  const CPath name(segment);
  UniqueFd opened(::openat(folder, name.get(), flags | O_NOFOLLOW | O_CLOEXEC, mode));
  const int failure = opened ? 0 : errno;
  const bool suspicious = opened ? (flags & O_PATH) != 0 && (flags & O_DIRECTORY) == 0 : failure == ENOTDIR;
  if (suspicious && isLink(folder, name.get())) {
    errno = ELOOP;
    return {};
  }
  errno = failure;
  return opened;
}

}  // namespace

bool kernelConfines(int root) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<bool>(openat2(root, ".", how));
}

UniqueFd openByKernel(int root, std::string_view key, const OpenHow& wanted) {
  const CPath path(key);
  open_how how{};
  how.flags = static_cast<unsigned>(wanted.flags | O_CLOEXEC);
  how.mode = wanted.mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (wanted.links == Links::Refuse) how.resolve |= RESOLVE_NO_SYMLINKS;
  for (int attempt = 0;; ++attempt) {
    UniqueFd opened = openat2(root, path.get(), how);
    if (opened || (errno != EAGAIN && errno != EINTR) || attempt == kMaxOpens) return opened;
    // Somebody holds a lease on the file (Samba, an NFS server), and was asked to let go.
    if (errno == EAGAIN) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

UniqueFd openByWalk(int root, std::string_view key, const OpenHow& how) {
  UniqueFd folder;
  int at = root;
  for (std::size_t slash; (slash = key.find('/')) != key.npos; key.remove_prefix(slash + 1)) {
    UniqueFd next = openSegment(at, key.substr(0, slash), O_PATH | O_DIRECTORY, 0);
    if (!next) return {};
    folder = std::move(next);
    at = folder.get();
  }
  return openSegment(at, key, how.flags, how.mode);
}

}  // namespace tally::local
