#pragma once
// A folder for a store under test: unique, emptied before each case, removed at the end. Also a small file system.

#include <cstdint>
#include <filesystem>

namespace tally::test {

class LocalPlace {
 public:
  /// Makes a fresh folder under the system's temporary one. Errors: std::filesystem::filesystem_error.
  LocalPlace();
  LocalPlace(const LocalPlace&) = delete;
  LocalPlace& operator=(const LocalPlace&) = delete;
  /// Removes it, unless this is a forked copy.
  ~LocalPlace();

  void clear() const;
  /// Where the store lies, alone in its parent.
  std::filesystem::path store() const { return base_ / "store"; }
  /// A neighbour whose name begins like the store's.
  std::filesystem::path second() const { return base_ / "store2"; }
  /// Mount a file system of that size for this process alone; empty where that is not allowed.
  std::filesystem::path mountSmall(std::uint64_t bytes) const;

 private:
  std::filesystem::path base_;
  int owner_;
};

}  // namespace tally::test
