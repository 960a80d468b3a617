#pragma once
// Optional ability: an object's bytes as they come.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tally/storage.hpp"

namespace tally {

/// What a follower met.
enum class FollowEvent : std::uint32_t {
  Nothing = 0,  ///< the deadline passed first
  Data = 1,     ///< the next bytes of the object
  Reset = 2,    ///< the object was replaced, or its beginning was cut off: what was delivered is void, it starts anew
  Removed = 3,  ///< the object is absent now; should it come again, its first byte is the next one
};

struct FollowOptions {
  bool from_end = false;         ///< only what comes from now on
  std::string_view cursor = {};  ///< from where this cursor was taken; goes before from_end
  bool must_exist = false;       ///< NotFound instead of waiting for an object that is not there yet
};

/// The bytes of one object, each once, in order: those that are there, then those that are appended.
/// What is delivered ends where an append ended, except at `max_bytes`; never inside an append that is not whole yet.
/// Threads: one call at a time.
class TALLY_API Follower {
 public:
  virtual ~Follower() = default;

  /// Wait for the next event. Data is put into `out`, at most `max_bytes` (0: the backend's choice). With a deadline
  /// that passes first the answer is Nothing, not an error. Errors: Cancelled; Corrupt; Unavailable, retryable, once
  /// the backend's own attempts to reconnect are used up: then the follower is as it was, and next() may be called
  /// again.
  virtual FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) = 0;

  /// Where the next next() goes on: printable ASCII, at most 255 bytes, good in another process and on another day. A
  /// follower that starts from it delivers Reset first if the object was replaced meanwhile.   Cost: none.
  virtual std::string cursor() const = 0;
};

/// Threads: any.   Lifetime: that of the storage; followers are closed first.
class TALLY_API Follow {
 public:
  static constexpr const char* kId = "tally.follow/1";

  virtual ~Follow() = default;
  /// Errors: NotFound with must_exist; IsADirectory; InvalidArgument for text that is no cursor of this object.
  virtual std::unique_ptr<Follower> openFollower(std::string_view key, const FollowOptions& options,
                                                 const Call& call) = 0;
};

}  // namespace tally
