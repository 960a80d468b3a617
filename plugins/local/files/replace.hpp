#pragma once
// The atomic replace: a temporary beside the file, then one rename.

#include <string_view>

#include "local/journal/journal.hpp"
#include "local/root/root.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// What one write is given.
struct Replacement {
  std::string_view key;
  std::string_view content;
  const WriteOptions& options;
  const Call& call;
};

/// Replace the object, or make it. The root must be there.
/// Errors: as IStorage::write.
/// Cost: 9 system calls, 10 over an old value; with durability Full two of them wait for the disk.
Version replaceFile(const Root& root, Journal& journal, const Replacement& wanted);

/// A file in place, in a folder that is still to be synced where the store is durable.
struct Replaced {
  UniqueFd folder;
  Version version;
};

/// The same, but the folder is left to the caller.
Replaced replaceUnsynced(const Root& root, Journal& journal, const Replacement& wanted);

}  // namespace tally::local
