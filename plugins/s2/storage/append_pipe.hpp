#pragma once
// Appends on their way: what waits to be sent, what was sent and is not acknowledged. No I/O here.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "s2/wire/messages.hpp"

namespace tally::s2 {

/// Appends get numbers, called tickets, from 0 on. Several small ones travel in one batch, each of them whole.
///
/// A batch goes out as soon as there is anything, as long as few are on their way; behind those only full ones. So a
/// single append is not held back, and many become few batches. One above the size of a batch is staged, which shows
/// nothing; once that is acknowledged one record makes it visible, in its turn.
/// Threads: one at a time.
class AppendPipe {
 public:
  /// At most so much without an acknowledgement; one append is always taken when there is none.
  struct Window {
    std::uint64_t bytes, count;
  };
  explicit AppendPipe(Window window) noexcept : window_(window) {}

  bool hasRoom(std::size_t bytes) const noexcept;
  /// Returns its ticket. Cost: a copy.
  std::uint64_t push(std::string_view content);

  /// The next batch to send, as an encoded AppendInput; nothing if there is none now.
  std::optional<std::string> next();
  /// The first batch on its way has landed. Returns how many bytes it has put behind the object.
  std::uint64_t landed(const AppendAck& ack);
  /// What the object's size is behind that batch, where known: to be told right after landed().
  void sizeIs(std::uint64_t size);
  /// Nothing that is on its way has landed, or will: it is to be sent again.
  void rewind();

  /// Tickets below this one were given.
  std::uint64_t given() const noexcept { return landed_ + items_.size(); }
  /// Tickets below this one have landed.
  std::uint64_t landedBelow() const noexcept { return landed_; }
  bool isUnderWay() const noexcept { return !batches_.empty(); }
  /// Whether anything on its way can have changed the object.
  bool mayHaveLanded() const noexcept { return sent_ != 0; }
  /// The object's size just after an append that has landed, if it is known, and not long ago.
  std::optional<std::uint64_t> sizeAfter(std::uint64_t ticket) const noexcept;

 private:
  struct Item {
    std::string encoded;  // an AppendInput; behind each other they make one
    std::size_t records = 0, metered = 0;
    std::uint64_t bytes = 0;
  };
  /// What does not fit into a batch.
  struct Large {
    std::string content;
    TransactionId transaction = randomId();
    std::size_t staged_bytes = 0;
    std::uint32_t staged = 0, acknowledged = 0;  // records
    std::uint64_t first = 0;                     // number of the first one
  };
  struct Batch {
    std::size_t items;  // 0: of a staged record
    std::uint64_t bytes;
  };
  std::string join();
  std::optional<std::string> nextOfLarge();
  bool isLargeNext() const noexcept;
  bool mayGo() const noexcept;

  const Window window_;
  std::deque<Item> items_;                // not acknowledged; the first of them are on their way
  std::map<std::uint64_t, Large> large_;  // by tickets
  std::deque<Batch> batches_;             // on their way
  std::size_t sent_ = 0;                  // items of those batches
  std::uint64_t bytes_ = 0;               // of all items
  std::size_t waiting_records_ = 0, waiting_metered_ = 0;
  std::uint64_t landed_ = 0;
  std::deque<std::uint64_t> last_batch_;            // bytes of the items of the batch that landed last
  std::deque<std::optional<std::uint64_t>> sizes_;  // of the last tickets that landed
};

}  // namespace tally::s2
