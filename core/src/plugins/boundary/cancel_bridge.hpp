#pragma once
// A std::stop_token as the word and the descriptor that plugins understand.

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <stop_token>

#include "tally/error.hpp"

namespace tally::plugins {

/// Lives for one call that can be cancelled. Cost: one eventfd, made and closed.
class CancelBridge {
 public:
  explicit CancelBridge(const std::stop_token& stop)
      : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), on_stop_(stop, Signal{*this}) {}
  CancelBridge(const CancelBridge&) = delete;
  CancelBridge& operator=(const CancelBridge&) = delete;

  const std::uint32_t* word() const noexcept { return &word_; }
  int descriptor() const noexcept { return descriptor_.number; }

 private:
  struct Descriptor {
    explicit Descriptor(int opened) : number(opened) {
      if (number < 0) throw Error(ErrorCode::Exhausted, "no descriptor is left to make the call cancellable");
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(number); }
    int number;
  };
  struct Signal {
    CancelBridge& bridge;
    void operator()() const noexcept {
      __atomic_store_n(&bridge.word_, 1U, __ATOMIC_RELEASE);
      ::eventfd_write(bridge.descriptor_.number, 1);
    }
  };

  std::uint32_t word_ = 0;
  Descriptor descriptor_;
  std::stop_callback<Signal> on_stop_;  // last: no callback runs once the others are gone
};

}  // namespace tally::plugins
