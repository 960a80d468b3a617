#pragma once
// Optional ability: what an operator should know of the service behind a storage.

#include <cstdint>
#include <string_view>

#include "tally/storage.hpp"

namespace tally {

enum class HealthLevel : std::uint32_t {
  Good = 1,     ///< in order, and worth saying
  Warning = 2,  ///< works, but data can be lost or be wrong one day
  Fault = 3,    ///< does not work
};

/// `subject` is a word or two, `text` one sentence: what is so, and what to do about it. Never a secret. Both are valid
/// until take returns.
class TALLY_API HealthSink {
 public:
  virtual ~HealthSink() = default;
  virtual void take(HealthLevel level, std::string_view subject, std::string_view text) = 0;
};

/// Threads: any.   Lifetime: that of the storage.
class TALLY_API Health {
 public:
  static constexpr const char* kId = "tally.health/1";

  virtual ~Health() = default;
  /// Ask the service how it keeps data: persistence, eviction, retention, rights of the account. Changes nothing.
  /// Errors: those of IStorage when the service can't be asked at all.   Cost: a few round trips.
  virtual void checkHealth(HealthSink& out, const Call& call) = 0;
};

}  // namespace tally
