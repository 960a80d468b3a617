#pragma once
// The parts of one open store, which its operations share.

#include "files/append_files.hpp"
#include "journal/journal.hpp"
#include "root/root.hpp"
#include "root/settings.hpp"
#include "system/fork_guard.hpp"
#include "system/watches.hpp"

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
