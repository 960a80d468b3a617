#pragma once
// What the test wants to go wrong, and what has, shared by it and the thread of a proxy.

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tally/conformance/fault_proxy.hpp"

namespace tally::conformance {

/// Threads: any.
class StrikePlan {
 public:
  explicit StrikePlan(std::vector<std::string> beginnings) : beginnings_(std::move(beginnings)) {}

  void arm(Strike strike) {
    const std::lock_guard lock(mutex_);
    armed_ = std::move(strike);
  }
  int left() const {
    const std::lock_guard lock(mutex_);
    return armed_.fault == Fault::None ? 0 : armed_.times;
  }
  /// Whether a request can begin like that.
  bool isBeginning(std::string_view bytes) const {
    return beginnings_.empty() || std::any_of(beginnings_.begin(), beginnings_.end(),
                                              [&](const std::string& one) { return startsWith(bytes, one); });
  }
  /// Count a request, and say what it has to suffer.
  Strike strikeAt(std::string_view request) {
    const std::lock_guard lock(mutex_);
    ++requests;
    if (armed_.fault == Fault::None || armed_.times == 0 || !isMeant(request)) return {};
    if (armed_.skip > 0) {
      --armed_.skip;
      return {};
    }
    --armed_.times;
    ++struck;
    return armed_;
  }

  std::atomic<int> requests{0}, struck{0}, delivered{0};

 private:
  bool isMeant(std::string_view request) const {
    return startsWith(request, armed_.begins) && request.find(armed_.holds) != request.npos;
  }
  static bool startsWith(std::string_view bytes, std::string_view with) { return bytes.substr(0, with.size()) == with; }

  const std::vector<std::string> beginnings_;
  mutable std::mutex mutex_;
  Strike armed_;  // guarded by mutex_
};

}  // namespace tally::conformance
