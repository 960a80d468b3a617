#include "s2/records/follow_fold.hpp"

#include <algorithm>
#include <utility>

namespace tally::s2 {

FollowFold::FollowFold(const FollowPoint& from) noexcept
    : begin_(from.read_from),
      old_end_(from.delivered),
      old_timestamp_(from.timestamp),
      next_(from.read_from),
      timestamp_(from.timestamp),
      lowest_(from.lowest),
      reader_has_(from.lowest != FollowPoint::kNone || from.skip != 0),
      before_(from),
      after_(from) {}

FollowFold::Next FollowFold::feed(const RecordView& record, const SharedBytes& owner) {
  const std::uint64_t seq_num = record.seq_num;
  if (seq_num != next_ && passGap(seq_num) == Next::StartOver) return Next::StartOver;
  next_ = seq_num + 1;
  timestamp_ = record.timestamp;
  if (next_ == old_end_ && record.timestamp != old_timestamp_) return Next::StartOver;
  if (record.is_command) {
    const auto number = record.command == kTrimCommand ? trimNumber(record.body) : std::nullopt;
    return number ? trim(*number, seq_num) : Next::GoOn;
  }
  const Kind kind = parseKind(record.kind);
  const bool is_line = kind.what != Kind::What::Chunk && kind.what != Kind::What::StagedChunk;
  Piece piece{seq_num, owner, record.body, is_line};
  switch (kind.what) {
    case Kind::What::StagedLine:
    case Kind::What::StagedChunk:
      staged_[kind.transaction].try_emplace(static_cast<std::uint32_t>(kind.number), std::move(piece));
      return Next::GoOn;
    case Kind::What::Commit:
    case Kind::What::Joining: return finish(record, kind);
    default: break;
  }
  if (!isOld(seq_num)) add(std::move(piece));
  return Next::GoOn;
}

/// All records below are gone.
FollowFold::Next FollowFold::passGap(std::uint64_t seq_num) {
  gone_ = std::max(gone_, seq_num);
  staged_.clear();
  if (lowest_ >= seq_num) return Next::GoOn;
  if (isOld(seq_num)) return Next::StartOver;  // some of what was delivered may be left
  makeVoid();
  return Next::GoOn;
}

FollowFold::Next FollowFold::trim(std::uint64_t keep_from, std::uint64_t seq_num) {
  if (keep_from == kStreamDeleted) return Next::Removed;
  const std::uint64_t from = std::min(keep_from, seq_num + 1);
  gone_ = std::max(gone_, from);
  dropStaged(from);
  if (isOld(seq_num)) return Next::GoOn;
  if (from == seq_num + 1) {
    makeVoid();
    if (!pending_reset_) void_at_ = behind();  // whoever goes on from here must not take it for a replacement
    return Next::GoOn;
  }
  return from > lowest_ ? Next::StartOver : Next::GoOn;
}

FollowFold::Next FollowFold::finish(const RecordView& record, const Kind& kind) {
  if (finished_.count(kind.transaction) != 0 || kind.number < gone_) return Next::GoOn;
  if (isOld(record.seq_num)) {
    staged_.erase(kind.transaction);
    finished_.insert(kind.transaction);
    return Next::GoOn;
  }
  if (kind.number < begin_) {
    read_from_ = kind.number;
    return Next::ReadFrom;
  }
  const auto found = staged_.find(kind.transaction);
  if (found == staged_.end()) return Next::GoOn;  // of a stream that had this name before
  Staged records = std::move(found->second);
  staged_.erase(found);
  finished_.insert(kind.transaction);
  if (kind.what == Kind::What::Commit) makeVoid();
  for (auto& [index, piece] : records) add(std::move(piece));
  return Next::GoOn;
}

void FollowFold::dropStaged(std::uint64_t keep_from) {
  for (auto one = staged_.begin(); one != staged_.end();) {
    auto& records = one->second;
    while (!records.empty() && records.begin()->second.seq_num < keep_from) records.erase(records.begin());
    one = records.empty() ? staged_.erase(one) : std::next(one);
  }
}

void FollowFold::makeVoid() {
  pending_.clear();
  void_at_.reset();
  pending_reset_ = reader_has_;
  lowest_ = FollowPoint::kNone;
}

void FollowFold::add(Piece&& piece) {
  lowest_ = std::min(lowest_, piece.seq_num);
  pending_.push_back(std::move(piece));
}

FollowPoint FollowFold::behind() const noexcept {
  FollowPoint point;
  point.delivered = next_;
  point.timestamp = timestamp_;
  point.lowest = lowest_;
  point.read_from = next_ == 0 ? 0 : next_ - 1;
  for (const auto& [transaction, records] : staged_) {
    for (const auto& [index, piece] : records) point.read_from = std::min(point.read_from, piece.seq_num);
  }
  return point;
}

void FollowFold::settle() {
  if (next_ <= after_.delivered) return;
  before_ = std::exchange(void_at_, std::nullopt).value_or(after_);
  after_ = behind();
  unit_ = std::move(pending_);
  pending_ = {};
  has_reset_ = reset_ = std::exchange(pending_reset_, false);
  taken_ = 0;
  dropEmpty();
  if (!has_reset_) skip(before_.skip);
  reader_has_ = lowest_ != FollowPoint::kNone;
}

/// Pass over what a reader has got already.
void FollowFold::skip(std::uint64_t bytes) {
  class Nowhere final : public ByteSink {
    void put(std::string_view) override {}
    char* grow(std::size_t) override { return nullptr; }
    void commit(std::size_t) override {}
  } nowhere;
  after_.skip = bytes - take(nowhere, bytes);  // the reader may have got more at once then
  taken_ = 0;
}

bool FollowFold::takeReset() noexcept { return std::exchange(reset_, false); }

std::uint64_t FollowFold::take(ByteSink& out, std::uint64_t limit) {
  std::uint64_t count = 0;
  while (!unit_.empty() && count < limit) {
    Piece& piece = unit_.front();
    const std::string_view bytes = piece.body.substr(0, limit - count);
    if (!bytes.empty()) out.put(bytes);
    count += bytes.size();
    piece.body.remove_prefix(bytes.size());
    if (piece.body.empty() && piece.is_line && count < limit) {
      out.put("\n");
      ++count;
      piece.is_line = false;
    }
    dropEmpty();
  }
  taken_ += count;
  return count;
}

void FollowFold::dropEmpty() {
  while (!unit_.empty() && unit_.front().body.empty() && !unit_.front().is_line) unit_.pop_front();
}

FollowPoint FollowFold::point() const noexcept {
  if (isTaken()) return after_;
  FollowPoint point = before_;
  if (!has_reset_) point.skip += taken_;
  return point;
}

}  // namespace tally::s2
