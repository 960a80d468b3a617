#pragma once
// A complete adapter that keeps everything in memory: the tutorial for authors, and a store for unit tests.
//
// It honours every option of the contract. Read it beside tally/storage.hpp: each method there is one method here,
// and the comments say why a line must be as it is. Directories are not stored; they exist through their children.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "tally/storage.hpp"

namespace tally::examples {

/// Threads: any. Cost: every operation is a walk down one tree; append is amortised by the string.
class MemoryStorage final : public IStorage {
 public:
  // The names below would hide the short forms of the base class, s.write("key", "value") for instance.
  using IStorage::append;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override;

 private:
  using Clock = std::chrono::steady_clock;

  struct Object {
    std::string bytes;
    std::uint64_t version = 0;
    SystemTime modified;
    Clock::time_point expires = Clock::time_point::max();
    std::map<std::string, std::uint64_t, std::less<>> tokens;  // append token -> size just after that append
  };

  // The order of a folder tree: '/' sorts before every other byte, so that a directory's whole subtree stands where
  // its name stands among its siblings. By plain bytes "t-" would come between "t" and "t/x".
  struct TreeOrder {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept;
  };
  using Objects = std::map<std::string, Object, TreeOrder>;

  static StorageStat describe(const Object& object);
  void forgetExpired();
  bool hasChildren(std::string_view key) const;
  void checkPlace(std::string_view key) const;
  Object& place(std::string_view key);
  void touch(Object& object);

  mutable std::shared_mutex mutex_;
  Objects objects_;                 // guarded by mutex_
  std::uint64_t last_version_ = 0;  // guarded by mutex_
  std::atomic<Clock::time_point> next_expiry_{Clock::time_point::max()};
};

}  // namespace tally::examples
