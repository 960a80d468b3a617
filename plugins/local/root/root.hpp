#pragma once
// The store's folder: found or created when it is first needed, and the only way to open anything below it.

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "local/root/confined_open.hpp"
#include "local/root/settings.hpp"
#include "local/system/unique_fd.hpp"
#include "tally/call.hpp"

namespace tally::local {

/// Names that begin like this are the storage's own: never keys, never listed.
inline constexpr std::string_view kReservedPrefix = ".tally~";

/// Threads: any.
class Root {
 public:
  /// Touches nothing.
  /// Errors: InvalidConfig for an empty path.
  explicit Root(const Settings& settings);

  /// Whether the folder is there; opens it on the way.
  /// Errors: NotFound when it is absent and may not be created; NotADirectory; PermissionDenied.
  bool find();
  /// Make sure that the folder is there, with all folders above it.
  void create();
  /// Errors: Unavailable if the folder was removed since it was opened.
  void requirePresent() const;

  // All below: only after find() or create() has succeeded. On failure the result is empty and errno says why.

  int fd() const noexcept { return fd_.load(std::memory_order_acquire); }
  /// Open what `key` names, or the folder itself for "".
  UniqueFd open(std::string_view key, const OpenHow& how) const;
  /// Open the folder that holds `key`.
  UniqueFd openParent(std::string_view key) const;
  /// The same, and create what is missing. ENOENT means that it was removed again meanwhile.
  UniqueFd makeParent(std::string_view key) const;
  /// The key of an open file that was reached over links; "" when it can't be told.
  std::string keyOf(int fd) const;

  /// Whether a link on the way leads out of the store, or may do so where that can't be told.
  bool leadsOutside(std::string_view key) const;
  /// Throw what is to be said of a key that leads over a symbolic link.
  [[noreturn]] void refuseLink(std::string_view key) const;
  /// Throw for an `errno` met at `key`; links are told apart from everything else.
  [[noreturn]] void fail(int number, std::string_view key, std::string_view what) const;

  const std::filesystem::path& path() const noexcept { return path_; }
  bool durable() const noexcept { return durable_; }
  /// Sync an open folder, if the store is durable. Errors: OutcomeUnknown.
  void syncFolder(int folder) const;

  /// Repeat `step` until it returns a value: it returns none when a folder was removed under it.
  template <typename Step>
  auto persist(const Call& call, Step step) const {
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      if (auto done = step()) return std::move(*done);
      call.check();
      requirePresent();
    }
    throw Error(ErrorCode::Unavailable, "another program keeps removing the folder of this key").retryable(true);
  }

 private:
  static constexpr int kMaxAttempts = 10'000;

  bool openIt();
  int folderFlags() const noexcept;
  UniqueFd makeFolders(std::string_view folder) const;

  const std::filesystem::path path_;
  const bool auto_create_, durable_, use_openat2_;
  std::mutex opening_;
  UniqueFd owner_;     // guarded by opening_, never changes once it is set
  bool walk_ = false;  // published by fd_
  std::atomic<int> fd_ = -1;
};

}  // namespace tally::local
