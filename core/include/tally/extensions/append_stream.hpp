#pragma once
// Optional ability: appends that are sent without waiting for the answer to the one before.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "tally/storage.hpp"

namespace tally {

struct AppendStreamOptions {
  std::uint64_t window_bytes = 0;  ///< not acknowledged at most; 0 for the backend's choice
  std::uint64_t window_count = 0;  ///< likewise, appends
};

/// Appends to one object, in the order of submit(), each of them whole, as IStorage::append would leave them. Other
/// writers may append between.
/// After a failure the stream is over: each later call throws the same error, whose text names the first append with an
/// unknown outcome, if there is one; appends before it have landed. Open another one after asking for the object's
/// size. Threads: one submits; others may wait at the same time.
class TALLY_API AppendStream {
 public:
  /// What was not waited for may or may not land.
  virtual ~AppendStream() = default;

  /// Take a copy of `content` for sending. Returns its ticket, counting from 0, or nothing when the window is full:
  /// then wait() for an earlier one and submit again. With nothing on its way it is never full, however large the
  /// append. Errors: that of the stream; TooLarge.   Cost: a copy; never a round trip.
  [[nodiscard]] virtual std::optional<std::uint64_t> submit(std::string_view content) = 0;

  /// Wait until the append of this ticket is acknowledged, and so is everything before it. Returns the object's size
  /// just after it, where known.
  /// Errors: that of the stream; Timeout and Cancelled of this wait alone, after which it may be waited for again;
  /// InvalidArgument for a ticket that was never given.
  virtual std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call& call) = 0;
};

/// Threads: any.   Lifetime: that of the storage; streams are closed first.
class TALLY_API AppendStreams {
 public:
  static constexpr const char* kId = "tally.append_stream/1";

  virtual ~AppendStreams() = default;
  /// Open a stream to an object, which is created by its first append.
  /// Errors: IsADirectory; NotADirectory; those of IStorage.   Cost: at most one round trip.
  virtual std::unique_ptr<AppendStream> openAppendStream(std::string_view key, const AppendStreamOptions& options,
                                                         const Call& call) = 0;
};

}  // namespace tally
