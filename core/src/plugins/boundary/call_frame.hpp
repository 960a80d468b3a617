#pragma once
// The C view of a Call, for the time of that call.

#include <chrono>
#include <optional>

#include "plugins/boundary/cancel_bridge.hpp"
#include "tally/call.hpp"
#include "tally/plugin_abi.h"

namespace tally::plugins {

/// Throws Cancelled or Timeout before anything is tried if the call must not begin.
/// Cost: a few stores; an eventfd only when the call carries a stop_token.
class CallFrame {
 public:
  TALLY_DETAIL_INLINE explicit CallFrame(const Call& call) {
    if (call.hasDeadline() || call.cancel.possible()) begin(call);
  }

  /// For a call that waits for news: a deadline that has passed asks for what is there now. Throws Cancelled.
  static CallFrame waiting(const Call& call) { return CallFrame(call, Waiting{}); }

  const tally_call* view() const noexcept { return &view_; }

 private:
  struct Waiting {};
  CallFrame(const Call& call, Waiting) {
    if (call.cancel.requested()) throw Error(ErrorCode::Cancelled, "the caller cancelled the call");
    fill(call);
  }

  [[gnu::noinline]] void begin(const Call& call) {
    call.check();
    fill(call);
  }

  void fill(const Call& call) {
    if (call.hasDeadline()) view_.deadline_mono_ns = nanosecondsOf(call.deadline);
    if (call.cancel.possible()) hand(call.cancel);
  }

  // Where the call came through a table itself, its word and descriptor go on as they are.
  void hand(const CancelToken& cancel) {
    view_.cancelled = cancel.word();
    view_.cancel_fd = cancel.fd();
    if (!cancel.stopToken().stop_possible()) return;
    bridge_.emplace(cancel.stopToken());
    view_.cancelled = bridge_->word();
    view_.cancel_fd = bridge_->descriptor();
  }

  static std::int64_t nanosecondsOf(Call::Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  }

  tally_call view_{TALLY_END_OF(tally_call, trace_id), 0, TALLY_NO_DEADLINE, nullptr, -1, 0, {}};
  std::optional<CancelBridge> bridge_;
};

}  // namespace tally::plugins
