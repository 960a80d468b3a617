#pragma once
// What a C++ sink throws waits here until the plugin has returned; nothing crosses the boundary.

#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>

#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace tally::plugins {

/// One for the sink of one call.
class SinkGuard {
 public:
  /// Run `action`, unless something was thrown before. Returns what the plugin has to be told.
  template <typename Action>
  std::int32_t attempt(Action&& action) noexcept {
    try {
      if (!failure_) action();
    } catch (...) {
      failure_ = std::current_exception();
    }
    return failure_ ? TALLY_E_CANCELLED : TALLY_OK;
  }
  /// Room that `grow` makes. Where there is none, nothing else has happened: the plugin may go on without.
  template <typename Grow>
  char* room(Grow&& grow) noexcept {
    if (failure_) return nullptr;
    try {
      return grow();
    } catch (const std::bad_alloc&) {
      return nullptr;
    } catch (const std::length_error&) {
      return nullptr;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Exhausted) failure_ = std::current_exception();
    } catch (...) {
      failure_ = std::current_exception();
    }
    return nullptr;
  }
  /// Note that the plugin broke a rule of the sink.
  std::int32_t fault(const char* what) noexcept {
    fault_ = what;
    return TALLY_E_PLUGIN_FAULT;
  }
  /// Throw what the sink threw, or PluginFault if the plugin broke a rule. Want of memory becomes Exhausted.
  void rethrow() const {
    if (failure_ || fault_ != nullptr) raise();
  }

 private:
  [[noreturn, gnu::cold]] void raise() const {
    if (!failure_) throw Error(ErrorCode::PluginFault, fault_);
    try {
      std::rethrow_exception(failure_);
    } catch (const std::bad_alloc&) {
      throw Error(ErrorCode::Exhausted, "no memory is left for what was read");
    } catch (const std::length_error&) {
      throw Error(ErrorCode::Exhausted, "what was read is longer than anything can be");
    }
  }

  const char* fault_ = nullptr;
  std::exception_ptr failure_;
};

}  // namespace tally::plugins
