#pragma once
// How a basin is configured, and what an operator should know of that.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "s2/http/client.hpp"
#include "tally/extensions/health.hpp"

namespace tally::s2 {

/// As far as it matters to us.
struct BasinConfig {
  std::optional<std::uint64_t> retention_seconds;  ///< of new streams; nothing: for ever
  bool reads_create_streams = false;               ///< also asking for a tail
};

/// From the body of the service's answer; nothing when it is none.
std::optional<BasinConfig> parseBasinConfig(std::string_view body);

/// How many seconds a stream keeps its records, by its own configuration; nothing: for ever. Errors: Unavailable when
/// the body is none.
std::optional<std::uint64_t> parseStreamRetention(std::string_view body);

struct Finding {
  HealthLevel level;
  std::string subject, text;
};

std::vector<Finding> findingsOf(const BasinConfig& config, const std::string& basin);

}  // namespace tally::s2
