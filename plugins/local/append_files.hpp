#pragma once
// Descriptors of the files that are appended to again and again: opening costs three times what a write costs.

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "unique_fd.hpp"

namespace tally::local {

/// Keeps the descriptors used last. A descriptor taken out stays open while somebody holds it.
/// Threads: any.
class AppendFiles {
 public:
  using File = std::shared_ptr<const UniqueFd>;
  static constexpr std::size_t kCapacity = 64;

  /// The descriptor kept for `key`, or null.
  File find(std::string_view key);
  /// Keep one for a key that has none, in place of the one used longest ago.
  void keep(std::string_view key, File file);
  /// Forget a key: its file was replaced or removed.
  void drop(std::string_view key);

 private:
  struct Entry {
    std::string key;
    File file;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;                                                 // the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // views the entries' keys
};

}  // namespace tally::local
