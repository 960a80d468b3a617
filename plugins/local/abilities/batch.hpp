#pragma once
// Many changes in one go: what waits for the disk waits together.

#include <string_view>
#include <vector>

#include "local/files/store_parts.hpp"
#include "tally/extensions/batch.hpp"

namespace tally::local {

/// Write files, each as replaceFile does, and report in the order of the keys. The root must be there.
/// Cost: with durability Full eight threads sync at the same time, so that the file system commits many files at once,
/// and a folder with several of the files is synced once. Else that of the writes one by one.
void writeFiles(StoreParts& parts, const Batch::Keys& keys, const std::vector<std::string_view>& contents,
                const WriteOptions& options, BatchSink& out, const Call& call);

/// Remove files, each as Removal does. The root must be there.
/// Cost: that of the removals one by one, but with durability Full each folder is synced once.
void removeFiles(StoreParts& parts, const Batch::Keys& keys, const RemoveOptions& options, BatchSink& out,
                 const Call& call);

}  // namespace tally::local
