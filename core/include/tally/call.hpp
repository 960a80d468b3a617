#pragma once
// How long one call may take, and who may stop it. Passed to every operation that can block.

#include <chrono>
#include <cstdint>
#include <version>
#ifdef __cpp_lib_jthread
#include <stop_token>
#endif

#include "tally/error.hpp"

namespace tally {

/// A wish to stop, seen from the side that has to obey. Empty by default: nobody can stop the call.
/// Built from a std::stop_token by applications, and from the ABI's word and descriptor inside plugins.
/// Threads: any. Cost: copying one without a stop_token is two words.
class CancelToken {
 public:
  CancelToken() noexcept = default;
  /// `word` turns non-zero, `fd` turns readable; both must outlive the call.
  CancelToken(const std::uint32_t* word, int fd) noexcept : word_(word), fd_(fd) {}
#ifdef __cpp_lib_jthread
  CancelToken(std::stop_token stop) noexcept : stop_(std::move(stop)) {}  // NOLINT: converts on purpose
  const std::stop_token& stopToken() const noexcept { return stop_; }
#endif

  /// Whether anybody can ask to stop.
  bool possible() const noexcept {
#ifdef __cpp_lib_jthread
    if (stop_.stop_possible()) return true;
#endif
    return word_ != nullptr;
  }

  /// Whether somebody asked to stop. Cost: one load.
  bool requested() const noexcept {
    if (word_ != nullptr && __atomic_load_n(word_, __ATOMIC_ACQUIRE) != 0) return true;
#ifdef __cpp_lib_jthread
    return stop_.stop_requested();
#else
    return false;
#endif
  }
  /// A descriptor that is readable once the call is cancelled, to put into poll(); -1 when there is none.
  int fd() const noexcept { return fd_; }
  /// The word that turns non-zero; null when there is none.
  const std::uint32_t* word() const noexcept { return word_; }

 private:
  const std::uint32_t* word_ = nullptr;
  int fd_ = -1;
#ifdef __cpp_lib_jthread
  std::stop_token stop_;
#endif
};

/// The frame of one call. Default: no deadline, not cancellable.
struct Call {
  using Clock = std::chrono::steady_clock;

  Clock::time_point deadline = Clock::time_point::max();
  CancelToken cancel;

  /// A call that may take `time` from now on. A time too long to be a deadline means none.
  [[nodiscard]] static Call within(std::chrono::nanoseconds time) {
    const auto now = Clock::now();
    Call call;
    if (time < Clock::time_point::max() - now) call.deadline = now + time;
    return call;
  }

  bool hasDeadline() const noexcept { return deadline != Clock::time_point::max(); }

  /// Throw Cancelled or Timeout if the call must not go on. Adapters ask between steps.
  /// Cost: one load; a clock reading only when there is a deadline.
  void check() const {
    if (hasDeadline() || cancel.requested()) checkClosely();
  }

 private:
  void checkClosely() const {
    if (cancel.requested()) TALLY_THROW(Error(ErrorCode::Cancelled, "the caller cancelled the call"));
    if (hasDeadline() && Clock::now() >= deadline) {
      TALLY_THROW(Error(ErrorCode::Timeout, "the deadline has passed").retryable(true));
    }
  }
};

}  // namespace tally
