#pragma once
// What an operator decides about a local store.

#include <filesystem>

namespace tally::local {

/// What an acknowledged change survives.
enum class Durability {
  Process,  ///< The end of the process, also by SIGKILL. Not the loss of power.
  Full,     ///< The loss of power: file and folder are synced before a call returns.
};

struct Settings {
  std::filesystem::path root;  ///< the store's folder; relative paths mean the working directory at construction
  bool auto_create = true;     ///< create the folder when it is first written to; else its absence is NotFound
  Durability durability = Durability::Full;
  bool use_openat2 = true;  ///< false: confine by walking, as on kernels without openat2; for tests
  bool use_inotify =
      true;  ///< false: followers look from time to time, as where the kernel has no watch left; for tests
};

}  // namespace tally::local
