#include "s2/storage/stream_memory.hpp"

#include <tuple>

namespace tally::s2 {
namespace {

constexpr std::size_t kMaxEntries = std::size_t{16} * 1024;
constexpr unsigned kUnguardedAfterLoss = 8;

/// Times come first: the numbers of a stream that was deleted and made again begin anew.
bool isLater(const Position& one, const Position& other) {
  return std::tie(one.timestamp, one.seq_num) > std::tie(other.timestamp, other.seq_num);
}

}  // namespace

StreamMemory::Entry& StreamMemory::entry(std::string_view stream) {
  if (entries_.size() >= kMaxEntries) {
    for (auto one = entries_.begin(); one != entries_.end();) {
      one = one->second.changes == 0 ? entries_.erase(one) : std::next(one);
    }
  }
  return entries_[std::string(stream)];
}

const StreamMemory::Entry* StreamMemory::peek(std::string_view stream) const {
  const auto found = entries_.find(std::string(stream));
  return found == entries_.end() ? nullptr : &found->second;
}

std::optional<StreamMemory::Known> StreamMemory::find(std::string_view stream) const {
  const std::lock_guard lock(mutex_);
  const Entry* const found = peek(stream);
  return found == nullptr ? std::nullopt : found->known;
}

void StreamMemory::seen(std::string_view stream, const Position& tail, std::optional<std::uint64_t> size) {
  const std::lock_guard lock(mutex_);
  auto& known = entry(stream).known;
  if (known && isLater(known->tail, tail)) return;
  if (known && known->tail == tail && !size) size = known->size;
  known = Known{tail, size};
}

std::optional<std::uint64_t> StreamMemory::appended(std::string_view stream, const AppendAck& ack, std::uint64_t bytes,
                                                    const std::optional<Position>& before) {
  const std::lock_guard lock(mutex_);
  Entry& one = entry(stream);
  std::optional<std::uint64_t> size;
  if (ack.start.seq_num == 0) size = bytes;
  const bool is_next = one.known && before == one.known->tail && before->seq_num == ack.start.seq_num;
  if (is_next && one.known->size) size = *one.known->size + bytes;
  keep(one, ack, size);
  return size;
}

void StreamMemory::landed(std::string_view stream, const AppendAck& ack, std::optional<std::uint64_t> size) {
  const std::lock_guard lock(mutex_);
  keep(entry(stream), ack, size);
}

void StreamMemory::keep(Entry& one, const AppendAck& ack, std::optional<std::uint64_t> size) {
  one.removed = false;
  if (!one.known || isLater(ack.end, one.known->tail)) one.known = Known{ack.end, size};
}

void StreamMemory::forget(std::string_view stream) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(std::string(stream));
  if (found != entries_.end()) found->second.known.reset();
}

void StreamMemory::removed(std::string_view stream) {
  const std::lock_guard lock(mutex_);
  Entry& one = entry(stream);
  one.known.reset();
  one.removed = true;
}

bool StreamMemory::wasRemoved(std::string_view stream) const {
  const std::lock_guard lock(mutex_);
  const Entry* const found = peek(stream);
  return found != nullptr && found->removed;
}

bool StreamMemory::isDirectory(std::string_view directory) const {
  const std::lock_guard lock(mutex_);
  return directories_.count(std::string(directory)) != 0;
}

void StreamMemory::addDirectory(std::string_view directory) {
  const std::lock_guard lock(mutex_);
  if (directories_.size() >= kMaxEntries) directories_.clear();
  directories_.emplace(directory);
}

void StreamMemory::forgetDirectory(std::string_view directory) {
  const std::lock_guard lock(mutex_);
  directories_.erase(std::string(directory));
}

void StreamMemory::forgetDirectories() {
  const std::lock_guard lock(mutex_);
  directories_.clear();
}

bool StreamMemory::isPlaceKept(std::string_view stream) const {
  const std::lock_guard lock(mutex_);
  const Entry* const found = peek(stream);
  return found != nullptr && found->places != 0;
}

StreamMemory::Change::Change(StreamMemory& memory, std::string_view stream, bool keeps_place)
    : memory_(memory), stream_(stream), places_(keeps_place ? 1 : 0) {
  const std::lock_guard lock(memory_.mutex_);
  Entry& one = memory_.entry(stream_);
  ++one.changes;
  one.places += places_;
}

StreamMemory::Change::~Change() {
  const std::lock_guard lock(memory_.mutex_);
  Entry& one = memory_.entry(stream_);
  --one.changes;
  one.places -= places_;
}

std::optional<std::uint64_t> StreamMemory::Change::guard() const {
  const std::lock_guard lock(memory_.mutex_);
  Entry& one = memory_.entry(stream_);
  if (one.unguarded != 0) {
    --one.unguarded;
    return std::nullopt;
  }
  if (!one.known || one.changes > 1) return std::nullopt;
  return one.known->tail.seq_num;
}

void StreamMemory::Change::lost(std::uint64_t next) {
  const std::lock_guard lock(memory_.mutex_);
  Entry& one = memory_.entry(stream_);
  one.unguarded = kUnguardedAfterLoss;
  one.known = Known{{next, 0}, std::nullopt};
}

}  // namespace tally::s2
