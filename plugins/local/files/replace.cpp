#include "local/files/replace.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>

#include "local/system/c_path.hpp"
#include "local/system/file_state.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

constexpr std::size_t kBytesAWrite = std::size_t{8} << 20;

// The temporary file, noted in the journal for as long as it may exist.
class Temporary {
 public:
  Temporary(const UniqueFd& folder, Journal::Lock& lock, mode_t mode)
      : folder_(folder), lock_(lock), name_(lock.temporaryName()), mode_(mode) {
    lock_.beginReplace();
    fd_ = make();
    if (!fd_ && errno == EEXIST && ::unlinkat(folder_.get(), name_.c_str(), 0) == 0) fd_ = make();
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    const bool is_there = exists() && !renamed_;
    // If it has to stay so does its note, for the next owner of the lock.
    if (is_there && ::unlinkat(folder_.get(), name_.c_str(), 0) != 0 && errno != ENOENT) return;
    lock_.finish();
  }

  bool exists() const noexcept { return static_cast<bool>(fd_); }
  int fd() const noexcept { return fd_.get(); }

  // 0, or the errno of the rename.
  int publish(const char* name, bool exclusive) {
    if (exclusive) return publishExclusively(name);
    renamed_ = ::renameat(folder_.get(), name_.c_str(), folder_.get(), name) == 0;
    return renamed_ ? 0 : errno;
  }

 private:
  UniqueFd make() const {
    return UniqueFd(::openat(folder_.get(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_));
  }

  int publishExclusively(const char* name) {
    const int at = folder_.get();
    renamed_ = ::renameat2(at, name_.c_str(), at, name, RENAME_NOREPLACE) == 0;
    if (renamed_) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // This file system has no exclusive rename; the destructor takes the first of the two names away.
    return ::linkat(at, name_.c_str(), at, name, 0) == 0 ? 0 : errno;
  }

  const UniqueFd& folder_;
  Journal::Lock& lock_;
  const std::string name_;
  const mode_t mode_;
  UniqueFd fd_;
  bool renamed_ = false;
};

void checkConditions(const std::optional<struct stat>& old, const WriteOptions& options) {
  if (options.if_absent && old) throw Error(ErrorCode::AlreadyExists, "the object exists already");
  if (!options.if_version) return;
  if (!old) throw Error(ErrorCode::Conflict, "the object is absent; load again, then decide");
  if (!(versionOf(*old) == *options.if_version)) {
    throw Error(ErrorCode::Conflict, "the object was changed since it was read; load again, then decide");
  }
}

void writeAll(int fd, std::string_view content, const Call& call) {
  while (!content.empty()) {
    call.check();
    const ssize_t written = ::write(fd, content.data(), std::min(content.size(), kBytesAWrite));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw systemError(errno, "can't write the new content");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The new file gets the old one's owner and mode, before it has any bytes. Only root may give files away; for others
// the owner changes, as with every editor, and the group stays if they are in it. If not, the group that it gets may do
// no more than everybody.
void adoptPermissions(int fd, const struct stat& old) {
  const struct stat fresh = statusOf(fd);
  mode_t mode = old.st_mode & 07777;
  bool moved = false;
  if (old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid) {
    constexpr auto kSameOwner = static_cast<uid_t>(-1);
    moved = ::fchown(fd, old.st_uid, old.st_gid) == 0 || ::fchown(fd, kSameOwner, old.st_gid) == 0;
    if (!moved) mode = (mode & ~mode_t{070}) | (mode & 07) << 3;
  }
  if (!moved && mode == (fresh.st_mode & 07777)) return;
  if (::fchmod(fd, mode) != 0) throw systemError(errno, "can't keep the file's permissions");
}

bool notBefore(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec >= b.tv_nsec;
}

timespec later(timespec time, long nanoseconds) {
  constexpr long kSecond = 1'000'000'000;
  time.tv_sec += nanoseconds / kSecond;
  time.tv_nsec += nanoseconds % kSecond;
  if (time.tv_nsec >= kSecond) ++time.tv_sec, time.tv_nsec -= kSecond;
  return time;
}

// Strictly newer than what it replaces, although the kernel's own stamps tick only every few milliseconds, and although
// some file systems keep less than nanoseconds: so what counts is what was stored.
struct stat stamp(int fd, const std::optional<struct stat>& old) {
  constexpr long kCoarsest = 10'000'000'000;
  timespec next{};
  ::clock_gettime(CLOCK_REALTIME, &next);
  if (old && notBefore(old->st_mtim, next)) next = later(old->st_mtim, 1);
  for (long step = 100;; step *= 10) {
    const timespec times[2] = {{0, UTIME_OMIT}, next};
    if (::futimens(fd, times) != 0) throw systemError(errno, "can't set the time of the new file");
    const struct stat stored = statusOf(fd);
    if (!old || !notBefore(old->st_mtim, stored.st_mtim) || step > kCoarsest) return stored;
    next = later(old->st_mtim, step);
  }
}

// Everything but the name. Returns the status that the file will have.
struct stat fill(int fd, const Replacement& wanted, const std::optional<struct stat>& old, bool durable) {
  if (old) adoptPermissions(fd, *old);
  writeAll(fd, wanted.content, wanted.call);
  const struct stat fresh = stamp(fd, old);
  if (durable && ::fdatasync(fd) != 0) throw systemError(errno, "can't sync the new file");
  return fresh;
}

// None when it was removed meanwhile.
UniqueFd openFolder(const Root& root, const Replacement& wanted) {
  const bool must_exist = wanted.options.if_version.has_value();  // then no folder is made on the way to a Conflict
  UniqueFd folder = must_exist ? root.openParent(wanted.key) : root.makeParent(wanted.key);
  if (!folder && errno == ENOENT && must_exist) checkConditions(std::nullopt, wanted.options);
  if (!folder && errno != ENOENT) root.fail(errno, wanted.key, "can't open the folder");
  return folder;
}

// What the new file takes the place of, where it may.
std::optional<struct stat> findOld(const Root& root, int folder, const char* name, const Replacement& wanted) {
  const auto old = statusIn(folder, name);
  if (old && S_ISLNK(old->st_mode)) root.refuseLink(wanted.key);
  if (old) requireFile(old->st_mode);
  checkConditions(old, wanted.options);
  return old;
}

// One attempt; nothing when the folder or the temporary was removed meanwhile.
std::optional<Replaced> tryReplace(const Root& root, Journal::Lock& lock, const Replacement& wanted) {
  UniqueFd folder = openFolder(root, wanted);
  if (!folder) return std::nullopt;
  const CPath name(path::basename(wanted.key));
  const auto old = findOld(root, folder.get(), name.get(), wanted);
  struct stat fresh {};
  {
    Temporary temporary(folder, lock, old ? 0600 : 0666);
    if (!temporary.exists() && errno == ENOENT) return std::nullopt;
    if (!temporary.exists()) throw systemError(errno, "can't create a temporary file");
    fresh = fill(temporary.fd(), wanted, old, root.durable());
    const int failure = temporary.publish(name.get(), wanted.options.if_absent);
    if (failure == ENOENT) return std::nullopt;
    if (failure != 0) throw systemError(failure, "can't put the new file in place");
  }
  return Replaced{std::move(folder), versionOf(fresh)};
}

}  // namespace

Replaced replaceUnsynced(const Root& root, Journal& journal, const Replacement& wanted) {
  Journal::Lock lock(journal, wanted.key, wanted.call);
  return root.persist(wanted.call, [&] { return tryReplace(root, lock, wanted); });
}

Version replaceFile(const Root& root, Journal& journal, const Replacement& wanted) {
  const Replaced done = replaceUnsynced(root, journal, wanted);
  root.syncFolder(done.folder.get());
  return done.version;
}

}  // namespace tally::local
