#pragma once
// tally.health/1: a Health behind its C table.

#include <cstdint>
#include <string_view>

#include "tally/extensions/health.h"
#include "tally/extensions/health.hpp"
#include "tally/sdk/extensions/open_object.hpp"
#include "tally/sdk/host_sinks.hpp"

namespace tally::sdk::detail {

class HostHealthSink final : public HealthSink {
 public:
  explicit HostHealthSink(const tally_health_sink* sink) noexcept : outlet_(sink) {}
  void take(HealthLevel level, std::string_view subject, std::string_view text) override {
    const tally_health_finding finding{TALLY_END_OF(tally_health_finding, text),
                                       static_cast<std::uint32_t>(level),
                                       {subject.data(), subject.size()},
                                       {text.data(), text.size()}};
    outlet_.put(&finding);
  }

 private:
  Outlet<tally_health_sink> outlet_;
};

inline std::int32_t checkHealth(void* self, const tally_call* call, const tally_health_sink* sink, tally_error* error) {
  return guarded(error, [&] {
    HostHealthSink out(sink);
    abilityOf<Health>(self).checkHealth(out, callOf(call));
  });
}

inline constexpr tally_health_ops kHealthOps = {TALLY_END_OF(tally_health_ops, check), 0, checkHealth};

}  // namespace tally::sdk::detail
