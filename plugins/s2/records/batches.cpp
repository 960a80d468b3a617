#include "s2/records/batches.hpp"

#include <algorithm>
#include <utility>

namespace tally::s2 {
namespace {

/// Lines that are too many for a record each share records of this size.
constexpr std::size_t kPackedBytes = std::size_t{16} * 1024;

std::size_t meteredSize(const std::vector<NewRecord>& records) {
  std::size_t size = 0;
  for (const auto& record : records) size += s2::meteredSize(record);
  return size;
}

/// `content` in records of at least `packed` bytes of whole lines.
std::vector<NewRecord> split(std::string_view content, std::size_t packed) {
  std::vector<NewRecord> records;
  while (!content.empty()) {
    const auto feed = packed >= content.size() ? content.rfind('\n') : content.find('\n', packed);
    if (feed == content.npos) break;
    records.push_back(lineRecord(content.substr(0, feed)));
    content.remove_prefix(feed + 1);
  }
  if (!content.empty() || records.empty()) records.push_back(chunkRecord(content));
  return records;
}

std::vector<NewRecord> fitted(std::string_view content, std::size_t max_records, std::size_t max_bytes) {
  if (content.size() > max_bytes) return {};
  const auto lines = static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n'));
  if (lines < max_records) {
    auto records = split(content, 0);
    if (meteredSize(records) <= max_bytes) return records;
  }
  auto records = split(content, kPackedBytes);
  if (records.size() > max_records || meteredSize(records) > max_bytes) return {};
  return records;
}

}  // namespace

std::vector<NewRecord> appendBatch(std::string_view content) {
  return fitted(content, kMaxBatchRecords, kMaxBatchBytes - kHeaderRoom);
}

std::vector<NewRecord> replaceBatch(std::string_view content) {
  NewRecord trim = trimRecord(kTrimAll);
  auto records = fitted(content, kMaxBatchRecords - 1, kMaxBatchBytes - kHeaderRoom - s2::meteredSize(trim));
  if (!records.empty()) records.insert(records.begin(), std::move(trim));
  return records;
}

}  // namespace tally::s2
