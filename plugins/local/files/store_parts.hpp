#pragma once
// The parts of one open store, which its operations share.

#include "local/files/append_files.hpp"
#include "local/journal/journal.hpp"
#include "local/root/root.hpp"
#include "local/root/settings.hpp"
#include "local/system/fork_guard.hpp"
#include "local/system/watches.hpp"

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
