#pragma once
// From a stream's records to the file's content.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "s2/records/record.hpp"
#include "tally/storage.hpp"

namespace tally::s2 {

/// The bytes that record views point into; shared, so that they go when the last piece of content has gone.
using SharedBytes = std::shared_ptr<const void>;

/// Takes records one by one and keeps what the file is after the last one. To be asked only at a confirmed tail:
/// between batches the content may be one that never was.
///
/// Why it is right: trimming removes only from the front, and never the last record. So a gap proves that everything
/// before it is gone; and a commit whose first record lies below a trim was overtaken by another write, for every
/// reader. Threads: one. Cost: linear in the records fed; memory for the content and what is staged.
class Fold {
 public:
  /// Begin at a record number other than 0: an earlier number that is missing is no gap then.
  explicit Fold(std::uint64_t from = 0) noexcept : next_(from) {}

  /// The next record. `owner` keeps the bytes of its views.
  void feed(const RecordView& record, const SharedBytes& owner);

  /// The number behind the last record.
  std::uint64_t next() const noexcept { return next_; }
  /// The time of the last record in milliseconds since 1970.
  std::uint64_t timestamp() const noexcept { return timestamp_; }
  /// Whether the service said that the stream is being deleted.
  bool deleted() const noexcept { return deleted_; }
  /// Whether anything was ever made visible. Without it the stream holds no object, at most one that is being written.
  bool exists() const noexcept { return exists_; }
  /// Whether the content was cut by somebody who trims by hand: what is left of it says nothing.
  bool damaged() const noexcept { return visible_.empty() && lost_commit_; }

  /// Bytes of the content. Cost: one pass over its records.
  std::uint64_t size() const noexcept;
  /// Put a range of the content, clipped at its end, into `out`.
  void copy(const ByteRange& range, ByteSink& out) const;
  /// The content's size just after the append with this token; nothing when there is none.
  std::optional<std::uint64_t> sizeAfter(std::string_view token) const noexcept;

 private:
  struct Piece {
    std::uint64_t seq_num;
    SharedBytes owner;
    std::string_view body, token;
    bool is_line;
    std::uint64_t size() const noexcept { return body.size() + (is_line ? 1 : 0); }
  };
  using Pieces = std::deque<Piece>;
  using Staged = std::map<std::uint32_t, Piece>;

  void trim(std::uint64_t keep_from);
  void dropBelow(Pieces& pieces, std::uint64_t keep_from);
  void stage(const RecordView& record, const Kind& kind, const SharedBytes& owner);
  void finish(const RecordView& record, const Kind& kind, const SharedBytes& owner);
  void forget();

  std::uint64_t next_, timestamp_ = 0;
  std::uint64_t gone_ = 0;    // all records below are logically deleted
  std::uint64_t lowest_ = 0;  // no visible piece has a number below
  bool exists_ = false, lost_commit_ = false, deleted_ = false;
  Pieces visible_;
  std::map<TransactionId, Staged> staged_;
  std::set<TransactionId> finished_;
};

}  // namespace tally::s2
