#pragma once
// Listing a folder: the kernel's own records, sorted where they lie.

#include <string_view>

#include "local/journal/journal.hpp"
#include "local/root/root.hpp"
#include "tally/storage.hpp"

namespace tally::local {

/// Deliver the children of `directory` as IStorage::list does. The root must be there.
/// Cost: reads the whole folder, again while it changes, 12 times at most; sorts only the page asked for.
bool listFolder(const Root& root, Journal& journal, std::string_view directory, const ListOptions& options,
                EntrySink& out, const Call& call);

}  // namespace tally::local
