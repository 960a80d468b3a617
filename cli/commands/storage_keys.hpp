#pragma once
// What `storage stat` and `storage cat` do with their keys: many of them at the price of few calls.

#include <string>
#include <vector>

#include "app.hpp"

namespace tally::cli {

/// {key, kind, size, modified, version}, null where the backend does not know.
Json statJson(const std::string& key, const StorageStat& stat);

/// One key: its state as lines. Several: a table, and a warning for each that failed; then Failed.
ExitCode statKeys(Context& context, const std::vector<std::string>& keys);
/// The bytes of all, in the order of the keys. Stops at the first that can't be had.
ExitCode catKeys(Context& context, const std::vector<std::string>& keys);
void catRange(Context& context, const std::string& key, const ByteRange& range);

}  // namespace tally::cli
