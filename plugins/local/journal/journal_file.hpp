#pragma once
// The journal as it lies on disk and in memory: one lock and one note for each group of keys, shared by all
// processes that use the store on this machine. What it is for: journal.hpp.

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "local/root/root.hpp"
#include "local/system/unique_fd.hpp"
#include "tally/path.hpp"

namespace tally::local {

inline constexpr std::string_view kJournalName = ".tally~journal";
inline constexpr std::uint32_t kSlots = 256;
inline constexpr std::uint64_t kNoFile = ~std::uint64_t{0};

/// An odd sequence says: a change has begun and is not finished. Then the rest says which:
///   inode, birth      of a file that is being appended to, from `position` to `end`; from kNoFile when the append is
///                     what makes it, and `made` is the key's hash
///   inode 0, kNoFile  that file is about to be made
///   inode 0           a temporary of this slot lies beside `key`
/// The mutex guards everything; readers without the mutex look at what is atomic only.
/// `retired` counts the files of these keys that were replaced or removed: what was kept of one before may be stale.
struct alignas(64) Slot {
  pthread_mutex_t mutex;
  std::atomic<std::uint64_t> sequence;
  std::atomic<std::uint64_t> made;
  std::atomic<std::uint64_t> inode;
  std::atomic<std::uint64_t> birth;
  std::atomic<std::uint64_t> position;
  std::atomic<std::uint64_t> end;
  std::uint64_t retired;
  std::uint32_t key_size;
  char key[path::kMaxKeyBytes];
};

struct alignas(64) JournalHeader {
  std::atomic<std::uint64_t> magic;  // written last: the rest is valid
  std::uint32_t version;
  std::uint32_t slots;
  std::uint32_t slot_bytes;
  std::atomic<std::uint64_t> creations;  // slots that note one, or more: of a process that dies one may be left over
  std::uint64_t inode;                   // its own: a copy of the folder is another store
  std::uint64_t pid_namespace;           // in which the locks know their owners
  char boot_id[40];                      // locks and notes do not outlive the kernel
};

struct JournalImage {
  JournalHeader header;
  Slot slots[kSlots];
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "shared between processes");

/// A mapped journal file. Lives as long as its storage, so that nobody needs to count its users.
class JournalFile {
 public:
  /// Map the journal to look at it. Null when there is none that is valid now.
  /// Errors: Unavailable when programs use it that say this kernel was started another time.
  static std::unique_ptr<JournalFile> findForReading(const Root& root);

  /// Map the journal to change the store; create it if needed, begin it anew after a reboot or when it was copied.
  /// Errors: PermissionDenied; NoSpace; Unavailable when a program with another format, or one in another container, is
  /// changing the store.
  static std::unique_ptr<JournalFile> join(const Root& root);

  JournalFile(const JournalFile&) = delete;
  JournalFile& operator=(const JournalFile&) = delete;
  ~JournalFile();

  Slot* slots() const noexcept { return image_->slots; }
  std::atomic<std::uint64_t>& creations() const noexcept { return image_->header.creations; }
  std::uint64_t inode() const noexcept { return inode_; }

 private:
  JournalFile(UniqueFd fd, bool writable);
  static std::unique_ptr<JournalFile> tryJoin(const Root& root);
  bool hasForm() const noexcept;
  bool valid() const noexcept;
  void takeOver();
  void initialise();

  UniqueFd fd_;  // holds a shared flock while the store may be changed through this mapping
  std::uint64_t inode_ = 0;
  JournalImage* image_ = nullptr;
};

}  // namespace tally::local
