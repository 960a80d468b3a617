#include "local/root/root.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

#include "local/system/c_path.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

std::filesystem::path folderPath(const std::filesystem::path& given) {
  if (given.empty()) throw Error(ErrorCode::InvalidConfig, "the path of the store's folder is empty");
  std::filesystem::path path = std::filesystem::absolute(given).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

// mkdir -p; every folder that got a new entry is synced when the store is durable.
void makeFolder(const std::filesystem::path& folder, bool durable) {
  bool made = ::mkdir(folder.c_str(), 0777) == 0;
  if (!made && errno == ENOENT && folder.has_relative_path()) {
    makeFolder(folder.parent_path(), durable);
    made = ::mkdir(folder.c_str(), 0777) == 0;
  }
  if (!made && errno != EEXIST) throw systemError(errno, "can't create the store's folder " + quoted(folder));
  if (!made || !durable) return;
  const UniqueFd parent(::open(folder.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent || ::fsync(parent.get()) != 0) throw syncError(errno, "can't sync " + quoted(folder.parent_path()));
}

// A link on the way that leads nowhere, as when its disk is not mounted, is no empty store.
void refuseDanglingLink(const std::filesystem::path& folder) {
  for (std::filesystem::path at = folder; at.has_relative_path(); at = at.parent_path()) {
    struct stat found {};
    if (::lstat(at.c_str(), &found) != 0) continue;
    if (!S_ISLNK(found.st_mode) || ::stat(at.c_str(), &found) == 0) return;
    throw Error(ErrorCode::Unavailable, "the store's folder " + quoted(folder) + " lies behind the symbolic link " +
                                            quoted(at) + ", which leads nowhere; mount what it leads to, or remove it");
  }
}

std::string linkText(int fd) {
  std::array<char, 4096> text;
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
  return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

}  // namespace

Root::Root(const Settings& settings)
    : path_(folderPath(settings.root)),
      auto_create_(settings.auto_create),
      durable_(settings.durability == Durability::Full),
      use_openat2_(settings.use_openat2) {}

bool Root::find() {
  if (fd() >= 0) return true;
  const std::lock_guard lock(opening_);
  return fd() >= 0 || openIt();
}

bool Root::openIt() {
  UniqueFd opened(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened && errno != ENOENT) throw systemError(errno, "can't open the store's folder " + quoted(path_));
  if (!opened) refuseDanglingLink(path_);
  if (!opened && !auto_create_) {
    throw Error(ErrorCode::NotFound, "the store's folder " + quoted(path_) +
                                         " does not exist and autoCreate is false; create it or set autoCreate: true");
  }
  if (!opened) return false;
  walk_ = !use_openat2_ || !kernelConfines(opened.get());
  owner_ = std::move(opened);
  fd_.store(owner_.get(), std::memory_order_release);
  return true;
}

void Root::create() {
  if (find()) return;
  makeFolder(path_, durable_);
  if (!find()) throw systemError(ENOENT, "can't open the store's folder " + quoted(path_) + " just created");
}

void Root::requirePresent() const {
  struct stat found {};
  if (::fstat(fd(), &found) == 0 && found.st_nlink > 0) return;
  throw Error(ErrorCode::Unavailable,
              "the store's folder " + quoted(path_) + " was removed while it was open; open the store again");
}

UniqueFd Root::open(std::string_view key, const OpenHow& how) const {
  if (key.empty()) return UniqueFd(::openat(fd(), ".", how.flags | O_CLOEXEC));
  return walk_ ? openByWalk(fd(), key, how) : openByKernel(fd(), key, how);
}

int Root::folderFlags() const noexcept {
  // A descriptor of O_PATH needs no permission to read, but can't be synced.
  return O_DIRECTORY | O_CLOEXEC | (durable_ ? O_RDONLY : O_PATH);
}

UniqueFd Root::openParent(std::string_view key) const { return open(path::parent(key), {folderFlags()}); }

UniqueFd Root::makeParent(std::string_view key) const {
  UniqueFd folder = openParent(key);
  return folder || errno != ENOENT ? std::move(folder) : makeFolders(path::parent(key));
}

UniqueFd Root::makeFolders(std::string_view folder) const {
  UniqueFd at = open("", {folderFlags()});
  for (bool last = false; at && !last;) {
    const std::size_t slash = folder.find('/');
    last = slash == folder.npos;
    const CPath name(folder.substr(0, slash));
    folder.remove_prefix(last ? folder.size() : slash + 1);
    const bool made = ::mkdirat(at.get(), name.get(), 0777) == 0;
    if (!made && errno != EEXIST) return {};
    if (made) syncFolder(at.get());
    at = UniqueFd(::openat(at.get(), name.get(), folderFlags() | O_NOFOLLOW));
  }
  return at;
}

std::string Root::keyOf(int file) const {
  const std::string root = linkText(fd()) + '/', found = linkText(file);
  return found.compare(0, root.size(), root) == 0 ? found.substr(root.size()) : std::string();
}

bool Root::leadsOutside(std::string_view key) const {
  if (walk_) return true;
  const UniqueFd target = open(key, {O_PATH, Links::Follow});
  return !target && (errno == EXDEV || errno == ELOOP);
}

void Root::refuseLink(std::string_view key) const {
  if (walk_) {
    throw Error(ErrorCode::OutsideRoot,
                "a symbolic link is on the way; links are not followed on this kernel, which lacks openat2");
  }
  if (leadsOutside(key)) {
    throw Error(ErrorCode::OutsideRoot,
                "a symbolic link on the way leads out of the store's folder, or in a circle, and is not followed; move "
                "what it leads to into the store, or mount it there (mount --bind)");
  }
  throw Error(ErrorCode::PermissionDenied,
              "a symbolic link inside the store is read, never written through; use the key of its target");
}

void Root::fail(int number, std::string_view key, std::string_view what) const {
  if (number == ELOOP || number == EXDEV) refuseLink(key);
  throw systemError(number, what);
}

void Root::syncFolder(int folder) const {
  if (durable_ && ::fsync(folder) != 0) throw syncError(errno, "can't sync the folder");
}

}  // namespace tally::local
