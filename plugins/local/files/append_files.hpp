#pragma once
// Descriptors of the files that are appended to again and again: opening costs three times what a write costs.

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "local/files/shared_file.hpp"

namespace tally::local {

struct Slot;

/// What an append to a key needs, found once.
struct AppendFile {
  std::shared_ptr<SharedFile> fd;
  Slot* slot = nullptr;       // where the key's lock lies
  std::uint64_t retired = 0;  // what Journal::Lock::retired said when the file was opened
};

/// Keeps the files used last, under legal keys. A descriptor taken out stays open while somebody holds it.
/// Threads: any.
class AppendFiles {
 public:
  static constexpr std::size_t kCapacity = 64;

  /// The file kept for `key`, or one without a descriptor.
  AppendFile find(std::string_view key);
  /// Keep this one for `key`. The one used longest ago may have to go.
  void keep(std::string_view key, AppendFile file);
  /// Keep no file for a key any more.
  void drop(std::string_view key);

 private:
  struct Entry {
    std::string key;
    AppendFile file;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;                                                 // the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // views the entries' keys
};

}  // namespace tally::local
