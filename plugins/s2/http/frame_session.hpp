#pragma once
// A session: frames that come as the server sends them, and frames that go out as they are made.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "s2/http/client.hpp"
#include "s2/wire/events.hpp"
#include "s2/wire/frames.hpp"

namespace tally::s2 {

/// Makes the next frame to be sent, or nothing at the end. Runs on whatever thread moves bytes: quick, and no waiting.
using FrameSource = std::function<std::optional<std::string>()>;

/// One session and its frames. The server's frames wait in a queue of bounded size, then the connection is held back.
/// Threads: one caller.
class FrameSession {
 public:
  /// Begins at once. `source` is asked for frames to send; empty for a session that only reads.
  FrameSession(Client& client, Request request, FrameSource source = {}, Attended attended = Attended::ByWaiting);
  FrameSession(const FrameSession&) = delete;
  FrameSession& operator=(const FrameSession&) = delete;
  /// Gives it up if it still runs. Lifetime: `source` is not asked any more afterwards.
  ~FrameSession();

  /// The next frame, or nothing at the proper end. Errors: Cancelled, Timeout; Unavailable when the session breaks,
  /// which it may do after some frames. An answer that is no session is nothing, with refusal() set.
  std::optional<Frame> next(const Call& call);
  /// The answer was an error, or the last frame was one.
  const std::optional<Refusal>& refusal() const noexcept { return refusal_; }

 private:
  class FrameExchange;
  std::optional<Frame> atEnd(const Call& call);

  HttpLoop& loop_;
  std::shared_ptr<FrameExchange> exchange_;
  std::optional<Refusal> refusal_;
};

}  // namespace tally::s2
