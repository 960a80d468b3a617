#pragma once
// The parts of one open store, which its operations share.

#include "append_files.hpp"
#include "fork_guard.hpp"
#include "journal.hpp"
#include "root.hpp"
#include "settings.hpp"
#include "watches.hpp"

namespace tally::local {

/// Lives as long as the storage, and longer than every stream and follower of it.
struct StoreParts {
  explicit StoreParts(const Settings& settings) : root(settings), watches(fork_guard, settings.use_inotify) {}

  ForkGuard fork_guard;
  Root root;
  Journal journal{root};
  AppendFiles append_files;
  Watches watches;
};

}  // namespace tally::local
