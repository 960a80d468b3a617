#pragma once
// What a C++ sink throws waits here until the plugin has returned; nothing crosses the line.

#include <cstdint>
#include <exception>

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
  /// Note that the plugin broke a rule of the sink.
  std::int32_t fault(const char* what) noexcept {
    fault_ = what;
    return TALLY_E_PLUGIN_FAULT;
  }
  /// Throw what the sink threw, or PluginFault if the plugin broke a rule.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
    if (fault_ != nullptr) throw Error(ErrorCode::PluginFault, fault_);
  }

 private:
  const char* fault_ = nullptr;
  std::exception_ptr failure_;
};

}  // namespace tally::plugins
