#include "s2/settings.hpp"

#include <algorithm>
#include <charconv>

#include "tally/error.hpp"

namespace tally::s2 {
namespace {

constexpr std::size_t kShortestBasin = 8, kLongestBasin = 48;

void fill(std::string& value, const Environment& environment, const char* name) {
  if (auto found = environment(name); value.empty() && found) value = std::move(*found);
}

std::uint64_t secondsOf(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86400;
    default: return 0;
  }
}

}  // namespace

void addEnvironment(Settings& settings, const Environment& environment) {
  fill(settings.access_token, environment, "S2_ACCESS_TOKEN");
  if (!settings.account_endpoint.empty() || !settings.basin_endpoint.empty()) return;
  fill(settings.account_endpoint, environment, "S2_ACCOUNT_ENDPOINT");
  fill(settings.basin_endpoint, environment, "S2_BASIN_ENDPOINT");
}

std::optional<std::uint64_t> parseRetention(std::string_view text) {
  if (text == "infinite") return std::nullopt;
  std::uint64_t count = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data(), end, count);
  const std::uint64_t unit = failed == std::errc() && rest + 1 == end ? secondsOf(*rest) : 0;
  if (count == 0 || unit == 0 || count > UINT32_MAX) {
    throw Error(ErrorCode::InvalidConfig, "s2.retention is '" + std::string(text) +
                                              "'; write 'infinite', or a number and s, m, h or d, as in 28d");
  }
  return count * unit;
}

void checkBasinName(std::string_view basin) {
  const auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  const bool good = basin.size() >= kShortestBasin && basin.size() <= kLongestBasin && basin.front() != '-' &&
                    basin.back() != '-' && std::all_of(basin.begin(), basin.end(), is_allowed);
  if (good) return;
  throw Error(ErrorCode::InvalidConfig,
              "s2.basin is '" + std::string(basin) +
                  "'; a basin's name has 8 to 48 characters of a-z, 0-9 and '-', with no '-' at either end");
}

}  // namespace tally::s2
