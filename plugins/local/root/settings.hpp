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
  // For tests: false is how it is on kernels without openat2, and where the kernel has no watch left.
  bool use_openat2 = true;  ///< else keys are confined by walking
  bool use_inotify = true;  ///< else followers look from time to time
};

}  // namespace tally::local
