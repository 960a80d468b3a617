#pragma once
// A copy of a plugin file in memory that nobody can change any more: what is hashed is what is loaded.

#include <filesystem>
#include <string>

namespace tally::plugins {

/// Never closed once loaded from: the dynamic linker knows the copy by the name of its descriptor, and a number used
/// again would stand for this library still. A library loaded so has no folder: $ORIGIN leads nowhere.
class SealedCopy {
 public:
  /// Copy all of an open file. `name` shows in /proc/self/maps.
  /// Errors: PluginLoadFailed, also where the system forbids to run code from memory; Exhausted.
  /// Cost: one copy of the file, in the kernel.
  SealedCopy(int descriptor, const std::string& name);
  SealedCopy(const SealedCopy&) = delete;
  SealedCopy& operator=(const SealedCopy&) = delete;
  ~SealedCopy();

  /// Its name in the file system, for any process of this user.
  std::filesystem::path path() const;
  /// Leave it open for the rest of the process.
  void keep() noexcept { kept_ = true; }

 private:
  int descriptor_ = -1;
  bool kept_ = false;
};

}  // namespace tally::plugins
