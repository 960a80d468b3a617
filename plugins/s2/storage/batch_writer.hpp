#pragma once
// Puts one atomic batch on a stream, exactly once, or says that nobody can know.

#include <cstdint>
#include <optional>
#include <string_view>

#include "s2/storage/basin_api.hpp"
#include "s2/storage/stream_memory.hpp"

namespace tally::s2 {

/// Where a batch landed, or which number was free instead.
struct Landing {
  std::optional<AppendAck> ack;
  std::uint64_t next = 0;  ///< without `ack`
};

/// Threads: any.
class BatchWriter {
 public:
  BatchWriter(BasinApi& api, StreamMemory& memory) noexcept : api_(api), memory_(memory) {}

  /// Only where the first record gets the number `at`. After a lost answer the same is sent again, which can only land
  /// there; then the record at that place says whose it is.
  /// Errors: OutcomeUnknown when that can't be found out; others before anything was changed.
  /// Cost: one request.
  Landing putAt(std::string_view stream, AppendInput input, std::uint64_t at, const Call& call);

  /// Behind whatever is there. Guarded by the known tail as long as nobody else writes, else sent once.
  /// Nothing when the stream turns out to be another one than remembered: ask for the key's place again.
  /// Errors: as putAt; OutcomeUnknown also when an answer to an unguarded request is lost.
  /// Cost: one request; one more when others write too.
  std::optional<AppendAck> put(std::string_view stream, AppendInput input, const Call& call);

 private:
  Landing findOut(std::string_view stream, const AppendInput& input, const Landing& landing, const Error& why,
                  const Call& call);

  BasinApi& api_;
  StreamMemory& memory_;
};

}  // namespace tally::s2
