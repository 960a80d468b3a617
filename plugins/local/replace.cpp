#include "replace.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <optional>

#include "c_path.hpp"
#include "file_state.hpp"
#include "system_error.hpp"

namespace tally::local {
namespace {

constexpr std::size_t kBytesAWrite = std::size_t{8} << 20;

// The temporary file, noted in the journal for as long as it may exist.
class Temporary {
 public:
  Temporary(const UniqueFd& folder, Journal::Lock& lock) : folder_(folder), lock_(lock), name_(lock.temporaryName()) {
    lock_.beginReplace();
    fd_ = make();
    if (!fd_ && errno == EEXIST && ::unlinkat(folder_.get(), name_.c_str(), 0) == 0) fd_ = make();
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!renamed_ && ::unlinkat(folder_.get(), name_.c_str(), 0) != 0 && errno != ENOENT) return;
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
    return UniqueFd(::openat(folder_.get(), name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
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

// The new file gets the old one's owner and mode. Only root may give files away; for others the owner changes, as
// with every editor.
void adoptPermissions(int fd, const struct stat& old, const struct stat& fresh) {
  const bool moved =
      (old.st_uid != fresh.st_uid || old.st_gid != fresh.st_gid) && ::fchown(fd, old.st_uid, old.st_gid) == 0;
  if (!moved && old.st_mode == fresh.st_mode) return;
  if (::fchmod(fd, old.st_mode & 07777) != 0) throw systemError(errno, "can't keep the file's permissions");
}

bool notBefore(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec >= b.tv_nsec;
}

// Strictly newer than what it replaces, although the kernel's own stamps tick only every few milliseconds.
timespec stampAfter(const std::optional<struct stat>& old) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (!old || !notBefore(old->st_mtim, now)) return now;
  timespec next = old->st_mtim;
  if (++next.tv_nsec == 1'000'000'000) next = {next.tv_sec + 1, 0};
  return next;
}

// Everything but the name. Returns the status that the file will have.
struct stat fill(int fd, const Replacement& wanted, const std::optional<struct stat>& old, bool durable) {
  struct stat fresh {};
  if (::fstat(fd, &fresh) != 0) throw systemError(errno, "can't look at the new file");
  writeAll(fd, wanted.content, wanted.call);
  if (old) adoptPermissions(fd, *old, fresh);
  const timespec times[2] = {{0, UTIME_OMIT}, stampAfter(old)};
  if (::futimens(fd, times) != 0) throw systemError(errno, "can't set the time of the new file");
  if (durable && ::fdatasync(fd) != 0) throw systemError(errno, "can't sync the new file");
  fresh.st_mtim = times[1];
  fresh.st_size = static_cast<off_t>(wanted.content.size());
  return fresh;
}

// One attempt; nothing when the folder or the temporary was removed meanwhile.
std::optional<Replaced> tryReplace(const Root& root, Journal::Lock& lock, const Replacement& wanted) {
  UniqueFd folder = root.makeParent(wanted.key);
  if (!folder && errno == ENOENT) return std::nullopt;
  if (!folder) root.fail(errno, wanted.key, "can't open the folder");
  const CPath name(path::basename(wanted.key));
  const auto old = statusIn(folder.get(), name.get());
  if (old && S_ISLNK(old->st_mode)) root.refuseLink(wanted.key);
  if (old) requireFile(old->st_mode);
  checkConditions(old, wanted.options);

  struct stat fresh {};
  {
    Temporary temporary(folder, lock);
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
