#pragma once
// From content to the records that carry it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "s2/records/record.hpp"

namespace tally::s2 {

/// What other headers may still be put on the records of a batch: the batch's own mark and an append's token.
inline constexpr std::size_t kHeaderRoom = std::size_t{2} * (2 + 2) + 8 + 64;

/// The records of an append; at least one, also for no content. Empty when they don't fit into one batch.
/// A line is a record, as long as that fits. The bodies view `content`.
std::vector<NewRecord> appendBatch(std::string_view content);

/// The records of a replacement: the trim of everything, then the content. Empty when they don't fit into one batch.
std::vector<NewRecord> replaceBatch(std::string_view content);

/// How much content one staged record carries.
inline constexpr std::size_t kStagedBytes = kMaxBatchBytes - 64;

}  // namespace tally::s2
