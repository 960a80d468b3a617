#include "s2/records/fold.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace tally::s2 {

void Fold::feed(const RecordView& record, const SharedBytes& owner) {
  if (record.seq_num != next_) {
    gone_ = std::max(gone_, record.seq_num);
    forget();
    exists_ = true;
  }
  next_ = record.seq_num + 1;
  timestamp_ = record.timestamp;
  if (record.is_command) {
    const auto number = record.command == kTrimCommand ? trimNumber(record.body) : std::nullopt;
    if (number) trim(*number);
    return;
  }
  const Kind kind = parseKind(record.kind);
  switch (kind.what) {
    case Kind::What::StagedLine:
    case Kind::What::StagedChunk: return stage(record, kind, owner);
    case Kind::What::Commit:
    case Kind::What::Joining: return finish(record, kind, owner);
    case Kind::What::Line:
    case Kind::What::Chunk:
    case Kind::What::Unknown: break;
  }
  if (visible_.empty()) lowest_ = record.seq_num;
  visible_.push_back({record.seq_num, owner, record.body, record.token, kind.what != Kind::What::Chunk});
  exists_ = true;
  lost_commit_ = false;
}

void Fold::trim(std::uint64_t keep_from) {
  deleted_ = keep_from == kStreamDeleted;
  const std::uint64_t from = std::min(keep_from, next_);
  gone_ = std::max(gone_, from);
  if (from == next_) return forget();
  dropBelow(visible_, from);
  for (auto one = staged_.begin(); one != staged_.end();) {
    auto& records = one->second;
    while (!records.empty() && records.begin()->second.seq_num < from) records.erase(records.begin());
    one = records.empty() ? staged_.erase(one) : std::next(one);
  }
}

// The numbers rise, except where joined transactions were overtaken by appends.
void Fold::dropBelow(Pieces& pieces, std::uint64_t keep_from) {
  if (keep_from <= lowest_) return;
  const auto is_below = [&](const Piece& piece) { return piece.seq_num < keep_from; };
  pieces.erase(std::remove_if(pieces.begin(), pieces.end(), is_below), pieces.end());
  lowest_ = keep_from;
}

void Fold::stage(const RecordView& record, const Kind& kind, const SharedBytes& owner) {
  const bool is_line = kind.what == Kind::What::StagedLine;
  // A request that landed twice brings the same records twice: the first one counts.
  staged_[kind.transaction].try_emplace(static_cast<std::uint32_t>(kind.number),
                                        Piece{record.seq_num, owner, record.body, {}, is_line});
}

void Fold::finish(const RecordView& record, const Kind& kind, const SharedBytes& owner) {
  if (finished_.count(kind.transaction) != 0) return;
  if (kind.number < gone_) {
    lost_commit_ = true;
    return;
  }
  // Without records it belongs to a stream that had this name before.
  const auto found = staged_.find(kind.transaction);
  if (found == staged_.end()) return;
  Staged records = std::move(found->second);
  staged_.erase(found);
  if (kind.what == Kind::What::Commit) {
    visible_.clear();
    lowest_ = std::numeric_limits<std::uint64_t>::max();
  }
  for (auto& [index, piece] : records) {
    lowest_ = visible_.empty() ? piece.seq_num : std::min(lowest_, piece.seq_num);
    visible_.push_back(std::move(piece));
  }
  // The token stands on the joining record, which stays in the content as a piece of no bytes.
  if (!record.token.empty()) visible_.push_back({record.seq_num, owner, {}, record.token, false});
  finished_.insert(kind.transaction);
  exists_ = true;
  lost_commit_ = false;
}

void Fold::forget() {
  visible_.clear();
  staged_.clear();
}

std::uint64_t Fold::size() const noexcept {
  std::uint64_t size = 0;
  for (const auto& piece : visible_) size += piece.size();
  return size;
}

void Fold::copy(const ByteRange& range, ByteSink& out) const {
  const std::uint64_t whole = size();
  const std::uint64_t offset = std::min(range.offset, whole), length = std::min(range.length, whole - offset);
  char* room = out.grow(length);
  std::uint64_t at = 0, copied = 0;  // where the piece begins; how much is in the room
  for (const auto& piece : visible_) {
    if (copied == length) break;
    const std::uint64_t end = at + piece.size();
    if (end > offset) {
      const std::uint64_t skipped = offset > at ? offset - at : 0;
      const std::uint64_t wanted = std::min(end - at - skipped, length - copied);
      const std::uint64_t of_body =
          std::min(wanted, piece.body.size() - std::min<std::uint64_t>(skipped, piece.body.size()));
      if (of_body != 0) std::memcpy(room + copied, piece.body.data() + skipped, of_body);
      if (of_body < wanted) room[copied + of_body] = '\n';
      copied += wanted;
    }
    at = end;
  }
  out.commit(length);
}

std::optional<std::uint64_t> Fold::sizeAfter(std::string_view token) const noexcept {
  std::uint64_t size = 0;
  for (const auto& piece : visible_) {
    size += piece.size();
    if (!piece.token.empty() && piece.token == token) return size;
  }
  return std::nullopt;
}

}  // namespace tally::s2
