#include "s2/storage/append_pipe.hpp"

#include <algorithm>
#include <utility>

#include "s2/records/batches.hpp"

namespace tally::s2 {
namespace {

constexpr std::size_t kFewBatches = 4;
constexpr std::size_t kFullBytes = kMaxBatchBytes / 2;
constexpr std::size_t kRememberedSizes = 4096;

}  // namespace

bool AppendPipe::hasRoom(std::size_t bytes) const noexcept {
  return items_.empty() || (items_.size() < window_.count && bytes_ + bytes <= window_.bytes);
}

std::uint64_t AppendPipe::push(std::string_view content) {
  AppendInput input{appendBatch(content), std::nullopt};
  const std::uint64_t ticket = given();
  Item item;
  item.bytes = content.size();
  if (input.records.empty()) {
    large_[ticket].content = content;
  } else {
    item.encoded = encode(input);
    item.records = input.records.size();
    for (const auto& record : input.records) item.metered += meteredSize(record);
  }
  waiting_records_ += item.records;
  waiting_metered_ += item.metered;
  bytes_ += item.bytes;
  items_.push_back(std::move(item));
  return ticket;
}

bool AppendPipe::isLargeNext() const noexcept { return items_[sent_].records == 0; }

bool AppendPipe::mayGo() const noexcept {
  if (sent_ == items_.size()) return false;
  return batches_.size() < kFewBatches || waiting_records_ >= kMaxBatchRecords || waiting_metered_ >= kFullBytes;
}

std::optional<std::string> AppendPipe::next() {
  if (sent_ < items_.size() && isLargeNext()) return nextOfLarge();
  if (!mayGo()) return std::nullopt;
  return join();
}

/// The next items, as many as fit together.
std::string AppendPipe::join() {
  std::string message;
  Batch batch{0, 0};
  std::size_t records = 0, metered = 0;
  for (; sent_ < items_.size() && !isLargeNext(); ++sent_) {
    const Item& item = items_[sent_];
    if (records + item.records > kMaxBatchRecords || metered + item.metered > kMaxBatchBytes) break;
    message += item.encoded;
    records += item.records;
    metered += item.metered;
    ++batch.items;
    batch.bytes += item.bytes;
  }
  waiting_records_ -= records;
  waiting_metered_ -= metered;
  batches_.push_back(batch);
  return message;
}

std::optional<std::string> AppendPipe::nextOfLarge() {
  Large& large = large_.at(landed_ + sent_);
  AppendInput input;
  if (large.staged_bytes < large.content.size()) {
    const auto bytes = std::string_view(large.content).substr(large.staged_bytes, kStagedBytes);
    input.records.push_back(stagedChunk(large.transaction, large.staged++, bytes));
    large.staged_bytes += bytes.size();
    batches_.push_back({0, 0});
    return encode(input);
  }
  if (large.acknowledged < large.staged) return std::nullopt;
  input.records.push_back(joiningRecord(large.transaction, large.first));
  batches_.push_back({1, items_[sent_++].bytes});
  return encode(input);
}

std::uint64_t AppendPipe::landed(const AppendAck& ack) {
  const Batch batch = batches_.front();
  batches_.pop_front();
  last_batch_.clear();
  if (batch.items == 0) {
    Large& large = large_.at(landed_ + sent_);
    if (large.acknowledged++ == 0) large.first = ack.start.seq_num;
    return 0;
  }
  for (std::size_t i = 0; i < batch.items; ++i) {
    last_batch_.push_back(items_.front().bytes);
    items_.pop_front();
    large_.erase(landed_++);
    sizes_.emplace_back();
  }
  sent_ -= batch.items;
  bytes_ -= batch.bytes;
  while (sizes_.size() > kRememberedSizes) sizes_.pop_front();
  return batch.bytes;
}

void AppendPipe::sizeIs(std::uint64_t size) {
  auto known = sizes_.rbegin();
  for (auto bytes = last_batch_.rbegin(); bytes != last_batch_.rend() && known != sizes_.rend(); ++bytes, ++known) {
    *known = size;
    size -= *bytes;
  }
}

void AppendPipe::rewind() {
  batches_.clear();
  for (; sent_ > 0; --sent_) {
    waiting_records_ += items_[sent_ - 1].records;
    waiting_metered_ += items_[sent_ - 1].metered;
  }
  for (auto& [ticket, large] : large_) large = Large{std::move(large.content)};  // and a transaction of its own
}

std::optional<std::uint64_t> AppendPipe::sizeAfter(std::uint64_t ticket) const noexcept {
  const std::uint64_t age = landed_ - ticket;  // 1 for the last one
  if (ticket >= landed_ || age > sizes_.size()) return std::nullopt;
  return sizes_[sizes_.size() - age];
}

}  // namespace tally::s2
