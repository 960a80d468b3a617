#pragma once
// A connection of its own for commands that wait on the server until something comes.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "redis/servers/backoff.hpp"
#include "redis/servers/server_finder.hpp"
#include "redis/settings.hpp"
#include "redis/wire/connection.hpp"

namespace tally::redis {

/// Whether a wait ended because the caller's deadline has passed.
bool isDeadline(const Error& error, const Call& call);
/// How long the server may hold an answer back: `most`, or what is left until the caller's deadline.
std::chrono::milliseconds waitWithin(const Call& call, std::chrono::milliseconds most);

/// Threads: one at a time. A call that was cancelled, or whose deadline passed 100 ms ago without an answer, leaves its
/// question with the server; the next call gets that answer, so the questions of one listener must be alike.
class Listener {
 public:
  /// `settings` and `finder` must outlive it.
  Listener(const Settings& settings, ServerFinder& finder, std::string stream)
      : settings_(settings), finder_(finder), stream_(std::move(stream)) {}

  /// The answer to a command about the stream, which the server may hold back for as long as `wait`; nil when that
  /// passed. Lost connections are opened again for as long as `retry_time`, and moved slots followed: then `make` is
  /// called once more.
  /// Errors: what the server refuses; Unavailable; Cancelled; Timeout for the caller's deadline.
  Reply listen(const std::function<Command()>& make, std::chrono::milliseconds wait, const Call& call);

  /// Whether an answer may have been lost since the last call of this.
  bool wasInterrupted() noexcept { return std::exchange(interrupted_, false); }

 private:
  Reply attempt(const std::function<Command()>& make, std::chrono::milliseconds wait, const Call& call);
  void open(const Call& call);
  void hangUp();

  const Settings& settings_;
  ServerFinder& finder_;
  const std::string stream_;
  std::optional<Place> place_;  // where a redirection led to
  std::unique_ptr<Connection> connection_;
  bool asked_ = false;  // the answer is still to come
  bool interrupted_ = false;
};

}  // namespace tally::redis
