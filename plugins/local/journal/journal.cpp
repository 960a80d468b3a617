#include "journal/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "journal/key_hash.hpp"
#include "system/c_path.hpp"
#include "system/system_error.hpp"

namespace tally::local {
namespace {

// Part of the format: every program must find the same slot for a key.
std::size_t slotOf(std::string_view key) noexcept {
  static_assert(kSlots == 256);
  return hashOf(key) >> 56;  // the low bits know little of the last bytes of a key
}

bool unfinished(std::uint64_t sequence) noexcept { return sequence % 2 != 0; }

// Whether a failed open says that there is nothing left to undo.
bool isGone(int number) noexcept {
  return number == ENOENT || number == ENOTDIR || number == ELOOP || number == EXDEV || number == EISDIR ||
         number == ENXIO;
}

// What a slot says of an append.
struct Note {
  std::uint64_t made;  // the hash of the key whose file the append makes, if its position is kNoFile
  FileIdentity file;
  std::uint64_t position, end;

  // Whether the file ends in bytes of that append. A file that is longer than it can be was appended to by a program
  // that takes no locks; another one of the same inode is that of somebody else.
  bool hides(std::string_view key, int fd, const struct stat& found) const {
    const auto size = static_cast<std::uint64_t>(found.st_size);
    if (position == kNoFile && size == 0 && made == hashOf(key)) return true;
    return file.inode == found.st_ino && size <= end && (position == kNoFile || size > position) &&
           identityOf(fd) == file;
  }
};

Note noteIn(const Slot& slot) noexcept {
  const std::uint64_t made = slot.made.load(std::memory_order_acquire);
  const std::uint64_t inode = slot.inode.load(std::memory_order_acquire);
  return {made,
          {inode, slot.birth.load(std::memory_order_acquire)},
          slot.position.load(std::memory_order_acquire),
          slot.end.load(std::memory_order_acquire)};
}

[[noreturn]] void cantUndo(std::string_view key) {
  throw systemError(errno,
                    "can't undo what a dead process has left at '" + std::string(key) + "', which shares its lock");
}

#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
constexpr bool kThreadSanitizer = false;
#endif

timespec toTimespec(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((time - seconds).count())};
}

// Not beyond the deadline, and not long: a cancelled call can't interrupt the wait, so look up from time to time.
int waitFor(pthread_mutex_t& mutex, const Call& call) {
  using Wall = std::chrono::system_clock;
  constexpr std::chrono::milliseconds kLongest(50);
  // The thread sanitizer of g++ 12 does not know pthread_mutex_clocklock.
  if constexpr (kThreadSanitizer) {
    const timespec until = toTimespec((Wall::now() + kLongest).time_since_epoch());
    return ::pthread_mutex_timedlock(&mutex, &until);
  } else {
    const timespec until = toTimespec(std::min(call.deadline, Call::Clock::now() + kLongest).time_since_epoch());
    return ::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until);
  }
}

void acquire(pthread_mutex_t& mutex, const Call& call) {
  int result = ::pthread_mutex_trylock(&mutex);
  while (result == EBUSY || result == ETIMEDOUT) {
    call.check();
    result = waitFor(mutex, call);
  }
  if (result == EOWNERDEAD) result = ::pthread_mutex_consistent(&mutex);
  if (result != 0) throw systemError(result, "can't lock the key in the journal");
}

}  // namespace

Journal::Lock::Lock(Journal& journal, Slot& slot, std::string_view key, const Call& call)
    : journal_(journal), key_(key), slot_(slot) {
  acquire(slot_.mutex, call);
  if (!unfinished(slot_.sequence.load(std::memory_order_relaxed))) return;
  try {
    journal_.undo(slot_);
  } catch (...) {
    ::pthread_mutex_unlock(&slot_.mutex);
    throw;
  }
}

Journal::Lock::~Lock() { ::pthread_mutex_unlock(&slot_.mutex); }

void Journal::Lock::beginAppend(const FileIdentity& file, std::uint64_t position, std::uint64_t end) noexcept {
  begin(file, position, end);
}

void Journal::Lock::beginCreate() noexcept {
  journal_.writing_->creations().fetch_add(1, std::memory_order_release);
  slot_.made.store(hashOf(key_), std::memory_order_release);
  begin({}, kNoFile, 0);
}

void Journal::Lock::beginReplace() noexcept {
  ++slot_.retired;
  begin({}, 0, 0);
}

// A creation's note becomes that of its append while readers may look. What hides the empty file is the same in both;
// and the sequence goes on, so that who knows the first note alone does not take a byte of the append for the object's.
void Journal::Lock::begin(const FileIdentity& file, std::uint64_t position, std::uint64_t end) noexcept {
  std::memcpy(slot_.key, key_.data(), key_.size());
  slot_.key_size = static_cast<std::uint32_t>(key_.size());
  slot_.inode.store(file.inode, std::memory_order_release);
  slot_.birth.store(file.birth, std::memory_order_release);
  slot_.position.store(position, std::memory_order_release);
  slot_.end.store(end, std::memory_order_release);
  const std::uint64_t sequence = slot_.sequence.load(std::memory_order_relaxed);
  slot_.sequence.store(sequence + (unfinished(sequence) ? 2 : 1), std::memory_order_release);
}

void Journal::Lock::finish() noexcept { journal_.close(slot_); }

void Journal::close(Slot& slot) noexcept {
  slot.sequence.store(slot.sequence.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  if (slot.position.load(std::memory_order_relaxed) == kNoFile) writing_->creations().fetch_sub(1);
}

std::string Journal::Lock::temporaryName() const { return journal_.temporaryName(slot_); }

// The journal's inode keeps stores apart whose folders lie in each other.
std::string Journal::temporaryName(const Slot& slot) const {
  return std::string(kReservedPrefix) + std::to_string(writing_->inode()) + '-' +
         std::to_string(&slot - writing_->slots());
}

bool Journal::visibleStat(std::string_view key, int fd, struct stat& out, const Call& call) {
  const auto look = [&] {
    if (::fstat(fd, &out) != 0) throw systemError(errno, "can't look at the file");
  };
  const Slot* slot = findSlot(key);
  if (slot == nullptr) {
    // No append has ever begun before the journal existed, so look at the file first.
    look();
    slot = mapForReading(key);
    if (slot == nullptr) return true;
  }
  for (;; call.check()) {
    const std::uint64_t before = slot->sequence.load(std::memory_order_acquire);
    const Note note = noteIn(*slot);
    const bool known = slot->sequence.load(std::memory_order_acquire) == before;
    look();
    if (known && unfinished(before) && note.hides(key, fd, out)) {
      out.st_size = note.position == kNoFile ? 0 : static_cast<off_t>(note.position);
      return note.position != kNoFile;
    }
    if (slot->sequence.load(std::memory_order_acquire) == before) return true;
  }
}

bool Journal::notesCreations() {
  try {
    if (readable_.load(std::memory_order_acquire) == nullptr && mapForReading("") == nullptr) return false;
  } catch (const Error&) {
    return false;  // whoever reads such an object is told why that can't be
  }
  return creations_.load(std::memory_order_acquire)->load(std::memory_order_acquire) != 0;
}

bool Journal::notesCreationOf(std::string_view key) {
  const Slot* slot = findSlot(key);
  return slot != nullptr && unfinished(slot->sequence.load(std::memory_order_acquire)) &&
         slot->position.load(std::memory_order_acquire) == kNoFile &&
         slot->made.load(std::memory_order_acquire) == hashOf(key);
}

void Journal::beReadable(const JournalFile& file) {
  creations_.store(&file.creations(), std::memory_order_release);
  readable_.store(file.slots(), std::memory_order_release);
}

const Slot* Journal::findSlot(std::string_view key) {
  const Slot* slots = readable_.load(std::memory_order_acquire);
  return slots == nullptr ? nullptr : slots + slotOf(key);
}

const Slot* Journal::mapForReading(std::string_view key) {
  {
    const std::lock_guard lock(opening_);
    if (readable_.load(std::memory_order_relaxed) == nullptr && (reading_ = JournalFile::findForReading(root_))) {
      beReadable(*reading_);
    }
  }
  return findSlot(key);
}

Slot& Journal::slot(std::string_view key) {
  if (writable_.load(std::memory_order_acquire) == nullptr) joinOnce();
  return writable_.load(std::memory_order_acquire)[slotOf(key)];
}

void Journal::joinOnce() {
  const std::lock_guard lock(opening_);
  if (writing_ != nullptr) return;
  writing_ = JournalFile::join(root_);
  undoAllOfDeadOwners();
  if (reading_ == nullptr) beReadable(*writing_);
  writable_.store(writing_->slots(), std::memory_order_release);
}

void Journal::undoAllOfDeadOwners() noexcept {
  for (std::uint32_t i = 0; i < kSlots; ++i) {
    Slot& slot = writing_->slots()[i];
    if (!unfinished(slot.sequence.load(std::memory_order_relaxed))) continue;
    const int result = ::pthread_mutex_trylock(&slot.mutex);
    if (result == EOWNERDEAD) ::pthread_mutex_consistent(&slot.mutex);
    if (result != 0 && result != EOWNERDEAD) continue;
    try {
      if (unfinished(slot.sequence.load(std::memory_order_relaxed))) undo(slot);
    } catch (const std::exception&) {
      // The note stays; the next writer of the key meets the same obstacle and reports it.
    }
    ::pthread_mutex_unlock(&slot.mutex);
  }
}

void Journal::undo(Slot& slot) {
  const std::string key(slot.key, std::min<std::size_t>(slot.key_size, sizeof slot.key));
  if (slot.inode.load(std::memory_order_relaxed) != 0 || slot.position.load(std::memory_order_relaxed) == kNoFile) {
    undoAppend(key, slot);
  } else {
    undoReplace(key, slot);
  }
  close(slot);
}

void Journal::undoAppend(std::string_view key, const Slot& slot) const {
  const UniqueFd file = root_.open(key, {O_WRONLY | O_NONBLOCK});
  if (!file && isGone(errno)) return;
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0) cantUndo(key);
  if (!S_ISREG(found.st_mode)) return;
  const Note note = noteIn(slot);
  if (!note.hides(key, file.get(), found)) return;
  if (note.position == kNoFile) return removeMade(key);
  if (::ftruncate(file.get(), static_cast<off_t>(note.position)) != 0) cantUndo(key);
  if (root_.durable() && ::fdatasync(file.get()) != 0) cantUndo(key);
}

void Journal::removeMade(std::string_view key) const {
  const UniqueFd folder = root_.openParent(key);
  const CPath name(path::basename(key));
  if (!folder || (::unlinkat(folder.get(), name.get(), 0) != 0 && errno != ENOENT)) cantUndo(key);
}

void Journal::undoReplace(std::string_view key, const Slot& slot) const {
  const UniqueFd folder = root_.openParent(key);
  if (!folder && isGone(errno)) return;
  if (!folder || (::unlinkat(folder.get(), temporaryName(slot).c_str(), 0) != 0 && errno != ENOENT)) cantUndo(key);
}

}  // namespace tally::local
