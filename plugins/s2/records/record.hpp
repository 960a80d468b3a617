#pragma once
// The records of a stream, and what those that we write mean. A file is the sum of its stream's records, in order:
//
//   kind           header             body                    adds to the file
//   line           none               a line, or some         body and a line feed
//   chunk          fx = c             any bytes               body
//   staged line    fx = s tx index    as a line               nothing, until its transaction is committed
//   staged chunk   fx = S tx index    as a chunk              nothing, until its transaction is committed
//   commit         fx = k tx first    empty                   replaces everything by the transaction
//   joining        fx = a tx first    empty                   puts the transaction behind everything
//   trim           the service's own  a record number         drops all records below
//
// tx: 8 random bytes. index: 4 bytes, from 0. first: 8 bytes, the number of the transaction's first record. Numbers are
// big-endian. A record without `fx`, as other programs write them, is a line.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tally::s2 {

inline constexpr std::string_view kKindHeader = "fx";     ///< what the record means, as above
inline constexpr std::string_view kBatchHeader = "fw";    ///< 8 random bytes, by which a writer knows its batch again
inline constexpr std::string_view kTokenHeader = "ft";    ///< the token of an append, on its last record
inline constexpr std::string_view kTrimCommand = "trim";  ///< the value of a header without name
inline constexpr std::uint64_t kTrimAll = (1ULL << 53U) - 1;  ///< as a trim's number: up to and with the trim itself
inline constexpr std::uint64_t kStreamDeleted = UINT64_MAX;   ///< as a trim's number: the service deletes the stream

/// The service's limits.
inline constexpr std::size_t kMaxBatchRecords = 1000;
inline constexpr std::size_t kMaxBatchBytes = std::size_t{1024} * 1024;  ///< metered, see meteredSize()

using TransactionId = std::array<char, 8>;

/// A record as it was read. Views into the answer that it came in.
struct RecordView {
  std::uint64_t seq_num = 0;
  std::uint64_t timestamp = 0;  ///< milliseconds since 1970
  std::string_view body;
  std::string_view kind, batch, token;  ///< values of our headers
  bool is_command = false;
  std::string_view command;  ///< of the service: "trim", "fence"
};

struct Header {
  std::string_view name;
  std::string value;
};

/// A record to be written. `body` views the caller's bytes, unless it is in `own_body`.
struct NewRecord {
  std::vector<Header> headers;
  std::string_view body;
  std::string own_body;

  std::string_view bytes() const noexcept { return own_body.empty() ? body : std::string_view(own_body); }
};

/// What the service counts of a record against its limits.
std::size_t meteredSize(const NewRecord& record) noexcept;

/// What a `fx` value says.
struct Kind {
  enum class What { Line, Chunk, StagedLine, StagedChunk, Commit, Joining, Unknown };
  What what = What::Line;
  TransactionId transaction{};
  std::uint64_t number = 0;  ///< index of a staged record, first of a commit or joining
};

/// Cost: none to speak of. A value that is none of ours is Unknown.
Kind parseKind(std::string_view value) noexcept;

NewRecord lineRecord(std::string_view line);    ///< `line` without its final line feed
NewRecord chunkRecord(std::string_view bytes);  ///< also of no bytes
NewRecord stagedChunk(const TransactionId& transaction, std::uint32_t index, std::string_view bytes);
NewRecord commitRecord(const TransactionId& transaction, std::uint64_t first);
NewRecord joiningRecord(const TransactionId& transaction, std::uint64_t first);
NewRecord trimRecord(std::uint64_t keep_from);

/// The number that a trim's body holds; nothing when it is no number.
std::optional<std::uint64_t> trimNumber(std::string_view body) noexcept;

/// 8 bytes that nobody else has. Threads: any; also right after a fork.
TransactionId randomId();

inline std::string_view viewOf(const TransactionId& id) noexcept { return {id.data(), id.size()}; }

}  // namespace tally::s2
