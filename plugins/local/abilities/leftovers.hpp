#pragma once
// Temporary files that a killed program has left where nobody will meet them again.

#include <cstdint>
#include <string>

#include "local/root/root.hpp"

namespace tally::local {

struct Leftovers {
  std::uint64_t count = 0, names_seen = 0;
  std::string first;  ///< a key
  bool complete = true;
};

/// Look for those that are older than ten minutes, longer than any write takes. Folders that this user may not read are
/// passed over. Cost: at most 100,000 names; one system call for each name of the storage's own.
Leftovers findLeftovers(const Root& root, const Call& call);

}  // namespace tally::local
