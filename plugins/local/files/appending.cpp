#include "local/files/appending.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <optional>

#include "local/root/keys.hpp"
#include "local/system/c_path.hpp"
#include "local/system/file_state.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

struct Target {
  std::shared_ptr<SharedFile> fd;
  FileIdentity identity;
  std::uint64_t size = 0;
  UniqueFd created_in;  // set when the file is new: its folder
};

// Not fstat: asking for the time of change makes the next write slower. No path is quicker than an empty one, but
// kernels before Linux 6.11 refuse it.
struct statx examine(int file) {
  static std::atomic<const char*> no_path = nullptr;
  constexpr unsigned kMask = STATX_TYPE | STATX_NLINK | STATX_INO | STATX_SIZE | STATX_BTIME;
  struct statx found;                        // written whole
  const auto look = [&](const char* path) {  // the C library's statx must be given a path
    return ::syscall(SYS_statx, file, path, AT_EMPTY_PATH, kMask, &found) == 0;
  };
  if (look(no_path.load(std::memory_order_relaxed))) return found;
  if (errno == EFAULT && look("")) {
    no_path.store("", std::memory_order_relaxed);
    return found;
  }
  throw systemError(errno, "can't look at the file");
}

// Whether other programs let the key mean this file. That it was removed is noticed at once; that it was moved away too
// where looking costs little against the sync, and else within a second.
bool stillNamed(const Root& root, std::string_view key, SharedFile& file, const struct statx& found) {
  if (found.stx_nlink == 0) return false;
  if (!root.durable() && !file.isLookDue()) return true;
  const UniqueFd named = root.open(key, {O_PATH});
  return named && examine(named.get()).stx_ino == found.stx_ino;
}

std::optional<Target> useKept(const Root& root, const Journal::Lock& lock, std::string_view key, AppendFile&& kept) {
  if (kept.fd == nullptr || kept.retired != lock.retired()) return std::nullopt;
  const struct statx found = examine(kept.fd->get());
  if (!stillNamed(root, key, *kept.fd, found)) return std::nullopt;
  return Target{std::move(kept.fd), identityIn(found), found.stx_size, {}};
}

UniqueFd createFile(const Root& root, Journal::Lock& lock, const Addition& wanted, UniqueFd& folder) {
  if (wanted.options.expected_size.value_or(0) != 0) {
    throw Error(ErrorCode::Conflict, "the object is absent; load again, then decide");
  }
  folder = root.makeParent(wanted.key);
  if (!folder) return {};
  const CPath name(path::basename(wanted.key));
  lock.beginCreate();
  UniqueFd made(::openat(folder.get(), name.get(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!made) lock.finish();
  return made;
}

// Nothing when somebody removed the folder, or made the file, in between.
std::optional<Target> openTarget(const Root& root, Journal::Lock& lock, const Addition& wanted) {
  UniqueFd folder, file = root.open(wanted.key, {O_WRONLY | O_APPEND | O_NONBLOCK});
  if (!file && errno == ENOENT) {
    file = createFile(root, lock, wanted, folder);
    if (!file && (errno == ENOENT || errno == EEXIST)) return std::nullopt;
  }
  if (!file) root.fail(errno, wanted.key, "can't open the file");
  const struct statx found = examine(file.get());
  requireFile(found.stx_mode);
  return Target{std::make_shared<SharedFile>(std::move(file)), identityIn(found), found.stx_size, std::move(folder)};
}

// 0, or the errno that stopped it; then part of `content` may be written.
int writeWhole(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// A file that was made for an append that failed must not stay behind as an empty object.
bool takeBack(const Target& target, std::string_view key) {
  if (!target.created_in) return ::ftruncate(target.fd->get(), static_cast<off_t>(target.size)) == 0;
  return ::unlinkat(target.created_in.get(), CPath(path::basename(key)).get(), 0) == 0;
}

void putBehind(const Target& target, Journal::Lock& lock, const Addition& wanted) {
  const std::uint64_t position = target.created_in ? kNoFile : target.size;
  lock.beginAppend(target.identity, position, target.size + wanted.content.size());
  const int failure = writeWhole(target.fd->get(), wanted.content);
  // If taking back fails too, the note stays: readers see what was there before, and the next writer tries again.
  if (failure == 0 || takeBack(target, wanted.key)) lock.finish();
  if (failure != 0) throw systemError(failure, "can't append");
}

// A key is checked, and its lock looked up, when it is new.
AppendFile recall(Root& root, Journal& journal, AppendFiles& files, std::string_view key) {
  AppendFile file = files.find(key);
  if (file.slot != nullptr) return file;
  checkKey(key);
  root.create();
  file.slot = &journal.slot(key);
  return file;
}

Target appendLocked(const Root& root, Journal& journal, AppendFiles& files, const Addition& wanted, AppendFile kept) {
  Slot& slot = *kept.slot;
  Journal::Lock lock(journal, slot, wanted.key, wanted.call);
  std::optional<Target> found = useKept(root, lock, wanted.key, std::move(kept));
  if (!found) {
    found = root.persist(wanted.call, [&] { return openTarget(root, lock, wanted); });
    files.keep(wanted.key, {found->fd, &slot, lock.retired()});
  }
  const Target& target = *found;
  if (wanted.options.expected_size.value_or(target.size) != target.size) {
    throw Error(ErrorCode::Conflict, "the object has " + std::to_string(target.size) + " bytes, not the expected " +
                                         std::to_string(*wanted.options.expected_size));
  }
  if (!wanted.content.empty()) {
    putBehind(target, lock, wanted);
  } else if (target.created_in) {
    lock.finish();
  }
  return *std::move(found);
}

void sync(const Target& target, AppendFiles& files, std::string_view key) {
  const int failure = target.fd->sync();
  if (failure == 0) return;
  files.drop(key);
  throw syncError(failure, "can't sync the file");
}

}  // namespace

std::uint64_t appendToFile(Root& root, Journal& journal, AppendFiles& files, const Addition& wanted) {
  const Target target = appendLocked(root, journal, files, wanted, recall(root, journal, files, wanted.key));
  if (root.durable()) sync(target, files, wanted.key);
  if (target.created_in) root.syncFolder(target.created_in.get());
  return target.size + wanted.content.size();
}

}  // namespace tally::local
