#pragma once
// The service's protobuf messages, package s2.v1, as far as we use them.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "s2/records/record.hpp"

namespace tally::s2 {

/// A place in a stream: the number that a record has or would get, and a time in milliseconds since 1970.
struct Position {
  std::uint64_t seq_num = 0;
  std::uint64_t timestamp = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

/// One atomic batch: all records get consecutive numbers, or none is written.
struct AppendInput {
  std::vector<NewRecord> records;
  std::optional<std::uint64_t> match_seq_num;     ///< the number that the first record must get
  std::optional<std::string> fencing_token = {};  ///< that the stream must have; empty for none
};

/// `end` is the number behind the batch and the time of its last record; `tail` that of the stream.
struct AppendAck {
  Position start, end, tail;
};

/// Cost: one copy of the bodies.
std::string encode(const AppendInput& input);

/// Errors: Unavailable when the bytes are no acknowledgement.
AppendAck decodeAck(std::string_view bytes);

/// A record as the service delivers it, whatever the transport.
struct BatchRecord {
  Position place;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names and values
  std::string body;
};

/// A batch as the service sends it in a frame, for transports that carry something else.
std::string encodeBatch(const std::vector<BatchRecord>& records, std::optional<Position> tail);

/// Hand each record of a batch to `take`, in order. Views into `bytes`. Returns the tail where the service sent it.
/// Errors: Unavailable when the bytes are no batch.
std::optional<Position> decodeBatch(std::string_view bytes, const std::function<void(const RecordView&)>& take);

}  // namespace tally::s2
