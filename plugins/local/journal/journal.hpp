#pragma once
// Locks among all threads and processes of this machine, and what makes a change whole although its process was
// killed in the middle.
//
// One write() is not all or nothing under SIGKILL: the kernel looks for the signal between two pages. So a writer
// notes in shared memory how long the file was (Journal::Lock::beginAppend), writes, and takes the note back. While
// the note stands readers see the file only up to that length. If the writer dies, the next one to take
// its lock finds the note, and cuts the file back before it goes on, or removes what the append made.

#include <sys/stat.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "local/journal/journal_file.hpp"
#include "local/root/root.hpp"
#include "local/system/file_state.hpp"
#include "tally/call.hpp"

namespace tally::local {

/// Threads: any.
/// Cost: a lock that nobody holds takes two atomic operations and no system call.
class Journal {
 public:
  explicit Journal(Root& root) noexcept : root_(root) {}

  /// Where the lock of a key lies, for as long as the journal lives. The root must be there.
  /// Errors: whatever joining the journal reports.
  Slot& slot(std::string_view key);

  /// fstat as a reader must see it: without the bytes of an append that is not finished. False, and a size of 0, when
  /// that append is what makes the object, which is not there yet. Never locks.
  /// Errors: PermissionDenied if the journal can't be read; Unavailable.
  bool visibleStat(std::string_view key, int fd, struct stat& out, const Call& call);

  /// Whether there may be files that are no objects yet, or never will be, since the appends that make them are not
  /// finished. The root must be there. Never locks. Cost: a look at memory, once the journal is mapped.
  bool notesCreations();
  /// Whether `key` names such a file, unless it was finished just now; visibleStat() tells.
  bool notesCreationOf(std::string_view key);

  /// The right to change one key. Keys share 256 locks, so never take two at once.
  class Lock {
   public:
    /// Wait for the lock, and undo what a dead owner left unfinished. The root must be there.
    /// Errors: Timeout, Cancelled; whatever joining the journal or undoing reports.
    Lock(Journal& journal, std::string_view key, const Call& call) : Lock(journal, journal.slot(key), key, call) {}
    /// The same for who knows the key's slot.
    Lock(Journal& journal, Slot& slot, std::string_view key, const Call& call);
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

    /// Note that a file is about to grow from `position`, or from kNoFile, to `end`.
    void beginAppend(const FileIdentity& file, std::uint64_t position, std::uint64_t end) noexcept;
    /// Note that the key's file is about to be made for an append, which will be noted next.
    void beginCreate() noexcept;
    /// Note that temporaryName() is about to appear beside the key, and to take its place.
    void beginReplace() noexcept;
    /// Note that the file is about to be removed.
    void beginRemove() noexcept { ++slot_.retired; }
    /// The change is whole, or wholly undone. Without it the next owner of the lock undoes it.
    void finish() noexcept;

    /// How many files under this lock were replaced or removed, by any process: as long as it stays the same, what was
    /// known of one holds, but for what other programs do.
    std::uint64_t retired() const noexcept { return slot_.retired; }

    /// The name of a temporary that nobody else uses while the lock is held.
    std::string temporaryName() const;

   private:
    void begin(const FileIdentity& file, std::uint64_t position, std::uint64_t end) noexcept;

    Journal& journal_;
    const std::string_view key_;
    Slot& slot_;
  };

 private:
  const Slot* findSlot(std::string_view key);
  const Slot* mapForReading(std::string_view key);
  void beReadable(const JournalFile& file);
  void joinOnce();
  void close(Slot& slot) noexcept;
  std::string temporaryName(const Slot& slot) const;
  void undo(Slot& slot);
  void undoAppend(std::string_view key, const Slot& slot) const;
  void removeMade(std::string_view key) const;
  void undoReplace(std::string_view key, const Slot& slot) const;
  void undoAllOfDeadOwners() noexcept;

  Root& root_;
  std::mutex opening_;
  std::unique_ptr<JournalFile> reading_, writing_;  // guarded by opening_, never change once they are set
  std::atomic<const Slot*> readable_ = nullptr;
  std::atomic<const std::atomic<std::uint64_t>*> creations_ = nullptr;  // set before readable_
  std::atomic<Slot*> writable_ = nullptr;
};

}  // namespace tally::local
