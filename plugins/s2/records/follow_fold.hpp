#pragma once
// From a stream's records to what a follower of the file is told: more bytes, or that the file was replaced.

#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "s2/records/fold.hpp"
#include "s2/records/record.hpp"

namespace tally::s2 {

/// Where a follower stands in a stream. The default is its start.
struct FollowPoint {
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t delivered = 0;   ///< what the records before this one add to the file was delivered
  std::uint64_t timestamp = 0;   ///< of the last of them: another one there means another stream
  std::uint64_t lowest = kNone;  ///< the first record of the file as it was delivered; kNone when that is empty
  std::uint64_t read_from = 0;   ///< where to read on: before `delivered` if staged records there may become visible
  std::uint64_t skip = 0;        ///< bytes behind `delivered` that were delivered too
};

/// As Fold, but it forgets what was delivered. Takes records one by one; settle() at a confirmed tail makes a unit of
/// what they changed, which is then taken bit by bit; no record may be fed before it is taken.
/// Threads: one. Cost: linear; memory for what is not delivered, and for what is staged.
class FollowFold {
 public:
  explicit FollowFold(const FollowPoint& from) noexcept;

  /// What the next record led to.
  enum class Next {
    GoOn,
    ReadFrom,   ///< a transaction became visible that began earlier: begin anew at point(), but read from readFrom()
    StartOver,  ///< the file is no longer what was delivered, and the rest of it lies before: begin anew at the start
    Removed,    ///< the service deletes the stream
  };
  Next feed(const RecordView& record, const SharedBytes& owner);
  std::uint64_t readFrom() const noexcept { return read_from_; }
  /// Whether the reader holds anything of the file.
  bool hasDelivered() const noexcept { return reader_has_; }
  /// The number of the next record.
  std::uint64_t next() const noexcept { return next_; }

  /// What was fed is whole.
  void settle();
  /// Whether the unit begins by making void what was delivered; then it is told once.
  bool takeReset() noexcept;
  /// Put at most `limit` of the unit's bytes into `out`. Returns how many there were.
  std::uint64_t take(ByteSink& out, std::uint64_t limit);
  bool isTaken() const noexcept { return !reset_ && unit_.empty(); }

  /// Where to go on, now.
  FollowPoint point() const noexcept;

 private:
  struct Piece {
    std::uint64_t seq_num;
    SharedBytes owner;
    std::string_view body;
    bool is_line;
  };
  using Staged = std::map<std::uint32_t, Piece>;

  bool isOld(std::uint64_t seq_num) const noexcept { return seq_num < old_end_; }
  Next passGap(std::uint64_t seq_num);
  Next trim(std::uint64_t keep_from, std::uint64_t seq_num);
  Next finish(const RecordView& record, const Kind& kind);
  void dropStaged(std::uint64_t keep_from);
  void makeVoid();
  void add(Piece&& piece);
  FollowPoint behind() const noexcept;
  void skip(std::uint64_t bytes);
  void dropEmpty();

  std::uint64_t begin_, old_end_, old_timestamp_;  // records before old_end_ were delivered by another fold
  std::uint64_t next_, timestamp_, gone_ = 0, read_from_ = 0;
  std::uint64_t lowest_;  // first record of the file
  bool reader_has_;
  std::deque<Piece> pending_;  // fed, not settled
  bool pending_reset_ = false;
  std::optional<FollowPoint> void_at_;  // where what is pending begins, when there was nothing to make void
  std::map<TransactionId, Staged> staged_;
  std::set<TransactionId> finished_;

  FollowPoint before_, after_;  // the unit
  std::deque<Piece> unit_;      // what is not taken of it
  bool has_reset_ = false, reset_ = false;
  std::uint64_t taken_ = 0;
};

}  // namespace tally::s2
