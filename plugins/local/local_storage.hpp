#pragma once
// A store in a folder: one file an object, one folder a directory, names unchanged, so that other tools can read it.

#include "append_files.hpp"
#include "fork_guard.hpp"
#include "journal.hpp"
#include "root.hpp"
#include "settings.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// IStorage over one folder of a local file system. See the README for what lies on disk.
/// Threads: any. Processes: any number on one machine may use the same folder at the same time.
/// A child of fork() gets Closed from every call.
class LocalStorage final : public IStorage {
 public:
  using IStorage::append;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;

  /// Touches nothing on disk. Errors: InvalidConfig for an empty path.
  explicit LocalStorage(const Settings& settings);

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override;

 private:
  struct Opened {
    UniqueFd fd;
    std::string key;  // by which the file is locked: the key's own, or that of the target of a link
  };

  void begin(const Call& call) const;
  Opened openForReading(std::string_view key, int flags) const;
  bool tryDeliver(const Opened& file, const ByteRange& range, ByteSink& out, StorageStat& delivered, const Call& call);

  ForkGuard fork_guard_;
  Root root_;
  Journal journal_;
  AppendFiles append_files_;
};

}  // namespace tally::local
