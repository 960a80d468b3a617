// Undoing what a process that died has left unfinished: by who takes its lock next, or by who opens the store next.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "local/journal/journal.hpp"
#include "local/journal/note.hpp"
#include "local/system/c_path.hpp"
#include "local/system/system_error.hpp"

namespace tally::local {
namespace {

// Whether a failed open says that there is nothing left to undo.
bool isGone(int number) noexcept {
  return number == ENOENT || number == ENOTDIR || number == ELOOP || number == EXDEV || number == EISDIR ||
         number == ENXIO;
}

[[noreturn]] void cantUndo(std::string_view key) {
  throw systemError(errno,
                    "can't undo what a dead process has left at '" + std::string(key) + "', which shares its lock");
}

}  // namespace

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
