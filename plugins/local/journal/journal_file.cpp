#include "local/journal/journal_file.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <thread>

#include "local/system/file_state.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

constexpr std::uint64_t kMagic = 0x314c4e4a594c4154;  // "TALYJNL1"
constexpr std::uint32_t kVersion = 4;
constexpr int kMaxJoins = 200;

std::string readBootId() {
  const UniqueFd fd(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  char text[sizeof(JournalHeader::boot_id)] = {};
  const ssize_t size = fd ? ::read(fd.get(), text, sizeof text - 1) : 0;
  return {text, static_cast<std::size_t>(size > 0 ? size : 0)};
}

const std::string& bootId() {
  static const std::string kId = readBootId();
  return kId;
}

// As a number; 0 where there is no /proc.
std::uint64_t pidNamespace() {
  struct stat found {};
  return ::stat("/proc/self/ns/pid", &found) == 0 ? found.st_ino : 0;
}

// Whether other programs use the journal. One that has just made it may hold it for itself, for microseconds.
bool isInUse(int fd) {
  for (int attempt = 0; attempt < kMaxJoins; ++attempt) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return false;
    if (::flock(fd, LOCK_SH | LOCK_NB) == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// Reserve the space now: a page that can't be written later would be a SIGBUS. A file system that copies on each write
// would need new space for each; asked while the file is empty, it does not. One that was made for nothing goes again,
// under the exclusive lock: whoever waits for that looks whether the name still stands.
void makeRoom(const Root& root, int fd, bool is_new) {
  int flags = 0;
  if (::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_NOCOW_FL) == 0) {
    flags |= FS_NOCOW_FL;
    ::ioctl(fd, FS_IOC_SETFLAGS, &flags);
  }
  const int failure = ::posix_fallocate(fd, 0, sizeof(JournalImage));
  if (failure == 0) return;
  if (is_new) ::unlinkat(root.fd(), kJournalName.data(), 0);
  throw systemError(failure, "can't make room for the journal '.tally~journal'");
}

bool largeEnough(const struct stat& found) { return static_cast<std::size_t>(found.st_size) >= sizeof(JournalImage); }

void initialiseMutex(pthread_mutex_t& mutex) {
  pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutex_init(&mutex, &attributes);
  ::pthread_mutexattr_destroy(&attributes);
}

}  // namespace

JournalFile::JournalFile(UniqueFd fd, bool writable) : fd_(std::move(fd)), inode_(statusOf(fd_.get()).st_ino) {
  const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* mapped = ::mmap(nullptr, sizeof(JournalImage), protection, MAP_SHARED, fd_.get(), 0);
  if (mapped == MAP_FAILED) throw systemError(errno, "can't map the journal");
  image_ = static_cast<JournalImage*>(mapped);
}

JournalFile::~JournalFile() { ::munmap(image_, sizeof(JournalImage)); }

bool JournalFile::hasForm() const noexcept {
  const JournalHeader& header = image_->header;
  return header.magic.load(std::memory_order_acquire) == kMagic && header.version == kVersion &&
         header.slots == kSlots && header.slot_bytes == sizeof(Slot) && header.inode == inode_;
}

bool JournalFile::valid() const noexcept {
  return hasForm() && bootId().compare(0, bootId().npos, image_->header.boot_id) == 0;
}

// Nobody else is there. The notes of the dead still count; locks that look held were copied with a snapshot.
void JournalFile::takeOver() {
  if (bootId().empty() || !valid()) return initialise();
  for (Slot& slot : image_->slots) initialiseMutex(slot.mutex);
  image_->header.pid_namespace = pidNamespace();
}

void JournalFile::initialise() {
  JournalHeader& header = image_->header;
  header.magic.store(0, std::memory_order_release);
  std::memset(static_cast<void*>(image_->slots), 0, sizeof image_->slots);
  for (Slot& slot : image_->slots) initialiseMutex(slot.mutex);
  header.creations.store(0, std::memory_order_relaxed);
  header.version = kVersion;
  header.slots = kSlots;
  header.slot_bytes = sizeof(Slot);
  header.inode = inode_;
  header.pid_namespace = pidNamespace();
  std::memset(header.boot_id, 0, sizeof header.boot_id);
  bootId().copy(header.boot_id, sizeof header.boot_id - 1);
  header.magic.store(kMagic, std::memory_order_release);
}

std::unique_ptr<JournalFile> JournalFile::findForReading(const Root& root) {
  UniqueFd fd = root.open(kJournalName, {O_RDONLY | O_NOFOLLOW});
  if (!fd && errno == ENOENT) return nullptr;
  if (!fd) throw systemError(errno, "can't open the store's journal '.tally~journal'");
  if (!largeEnough(statusOf(fd.get()))) return nullptr;
  std::unique_ptr<JournalFile> file(new JournalFile(std::move(fd), false));
  if (file->valid()) return file;
  // Their unfinished appends are not to be seen, and their notes may be anything.
  if (!file->hasForm() || !isInUse(file->fd_.get())) return nullptr;
  throw Error(ErrorCode::Unavailable,
              "the journal '.tally~journal' is in use by programs for which this machine was started another time; a "
              "container with a boot id of its own? Let only programs outside, or only those inside, change the store");
}

std::unique_ptr<JournalFile> JournalFile::join(const Root& root) {
  for (int attempt = 0; attempt < kMaxJoins; ++attempt) {
    auto file = tryJoin(root);
    if (file != nullptr) return file;
    // Somebody else is between two locks of the journal, for microseconds.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  throw Error(ErrorCode::Unavailable,
              "the journal '.tally~journal' is held by a program of another version, or in a container with a boot id "
              "of its own; end it and try again");
}

// Every user holds a shared lock. Who gets the exclusive one is alone, so that no mutex is in use: only then may the
// file be made or begun anew.
std::unique_ptr<JournalFile> JournalFile::tryJoin(const Root& root) {
  UniqueFd fd = root.open(kJournalName, {O_RDWR | O_CREAT | O_NOFOLLOW, Links::Refuse, 0666});
  if (!fd && errno == ENOENT) root.requirePresent();
  if (!fd) throw systemError(errno, "can't open the store's journal '.tally~journal'");
  const bool alone = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
  if (!alone && ::flock(fd.get(), LOCK_SH) != 0) throw systemError(errno, "can't lock the journal");
  const struct stat found = statusOf(fd.get());
  if (found.st_nlink == 0) return nullptr;
  if (!alone && !largeEnough(found)) return nullptr;
  if (!largeEnough(found)) makeRoom(root, fd.get(), found.st_size == 0);
  std::unique_ptr<JournalFile> file(new JournalFile(std::move(fd), true));
  if (alone) file->takeOver();
  if (alone && ::flock(file->fd_.get(), LOCK_SH) != 0) throw systemError(errno, "can't lock the journal");
  if (!file->valid()) return nullptr;
  if (file->image_->header.pid_namespace == pidNamespace()) return file;
  throw Error(
      ErrorCode::Unavailable,
      "programs in another container (PID namespace) are changing the store, and locks do not reach from one to "
      "the other; let only one of them change it at a time");
}

}  // namespace tally::local
