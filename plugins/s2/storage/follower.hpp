#pragma once
// Follows one object: a read session held open, begun anew wherever it breaks. What lets no frames through may let
// events through, so a session that brought nothing is tried the other way next.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "s2/records/follow_fold.hpp"
#include "s2/storage/basin_api.hpp"
#include "tally/extensions/follow.hpp"

namespace tally::s2 {

/// A point as printable text, good for this stream only. Errors: InvalidArgument for text that is none.
std::string cursorOf(std::string_view stream, const FollowPoint& point);
FollowPoint parseCursor(std::string_view stream, std::string_view cursor);

class S2Follower final : public Follower {
 public:
  /// Sends nothing yet. `exists`: whether the stream is there. Lifetime: within that of `api`.
  S2Follower(BasinApi& api, std::string stream, const FollowPoint& from, bool exists);

  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override;
  std::string cursor() const override { return cursorOf(stream_, fold_.point()); }

 private:
  void read(const Call& call);
  void readFrame(const Call& call);
  void take(const Frame& frame);
  void atEnd(const Call& call);
  void beginAt(const FollowPoint& point);
  void lose();

  BasinApi& api_;
  const std::string stream_;
  FollowFold fold_;
  std::unique_ptr<FrameSession> session_;
  bool by_events_ = false, has_frames_ = false;  // of the session
  bool exists_;
  bool void_ = false, removed_ = false;  // events to be told, before anything else
  Call::Clock::time_point held_since_;   // since when something waits for a confirmed tail
  Backoff absence_, backoff_;
};

}  // namespace tally::s2
