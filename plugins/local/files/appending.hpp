#pragma once
// Appending: one write at the end of a file, all of it or nothing.

#include <cstdint>
#include <string_view>

#include "local/files/append_files.hpp"
#include "local/journal/journal.hpp"
#include "local/root/root.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// What one append is given.
struct Addition {
  std::string_view key;
  std::string_view content;
  const AppendOptions& options;
  const Call& call;
};

/// Append, and return the size just after it. Creates the root.
/// Errors: as IStorage::append; OutcomeUnknown when the file could not be synced.
/// Cost: 2 system calls on a kept descriptor. With durability Full 3 more and one that waits for the disk; the wait
/// is outside the lock, so that appenders of one file share it.
std::uint64_t appendToFile(Root& root, Journal& journal, AppendFiles& files, const Addition& wanted);

}  // namespace tally::local
