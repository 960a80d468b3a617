#pragma once
// A call that another thread can stop: as applications do it through the host, and as the host does it to an adapter.

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "tally/call.hpp"
#include "tally/conformance/harness.hpp"

namespace tally::conformance {

/// Threads: any.   Lifetime: calls go on only while it lives.
class Stopper {
 public:
  explicit Stopper(const Harness& harness);
  Stopper(const Stopper&) = delete;
  Stopper& operator=(const Stopper&) = delete;
  ~Stopper();

  /// A call that may take `time` and can be stopped.
  Call within(std::chrono::nanoseconds time) const;
  void stop() noexcept;

 private:
  const bool through_host_;
  std::uint32_t word_ = 0;
  int descriptor_ = -1;
  std::stop_source source_;
};

}  // namespace tally::conformance
