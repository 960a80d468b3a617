#include "local/journal/journal.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "local/journal/key_hash.hpp"
#include "local/journal/note.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

// Part of the format: every program must find the same slot for a key.
std::size_t slotOf(std::string_view key) noexcept {
  static_assert(kSlots == 256);
  return hashOf(key) >> 56;  // the low bits know little of the last bytes of a key
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

}  // namespace tally::local
