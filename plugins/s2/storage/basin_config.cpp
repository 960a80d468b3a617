#include "s2/storage/basin_config.hpp"

#include <nlohmann/json.hpp>

namespace tally::s2 {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kServiceDefault = std::uint64_t{7} * 86'400;

Json memberOf(const Json& object, const char* name) { return object.is_object() ? object.value(name, Json()) : Json(); }

bool flagOf(const Json& object, const char* name) {
  const Json value = memberOf(object, name);
  return value.is_boolean() && value.get<bool>();
}

std::string inWords(std::uint64_t seconds) {
  if (seconds % 86'400 == 0) return std::to_string(seconds / 86'400) + " days";
  if (seconds % 3600 == 0) return std::to_string(seconds / 3600) + " hours";
  return std::to_string(seconds) + " seconds";
}

std::optional<std::uint64_t> secondsOf(const Json& stream_config) {
  const Json policy = memberOf(stream_config, "retention_policy");
  if (policy.is_object() && policy.contains("infinite")) return std::nullopt;
  const Json age = memberOf(policy, "age");
  return age.is_number_unsigned() ? age.get<std::uint64_t>() : kServiceDefault;
}

}  // namespace

std::optional<std::uint64_t> parseStreamRetention(std::string_view body) {
  const Json parsed = Json::parse(body, nullptr, false);
  if (!parsed.is_object()) throw Error(ErrorCode::Unavailable, "the configuration of a stream is no JSON object");
  return secondsOf(parsed);
}

std::optional<BasinConfig> parseBasinConfig(std::string_view body) {
  const Json parsed = Json::parse(body, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  BasinConfig config;
  config.retention_seconds = secondsOf(memberOf(parsed, "default_stream_config"));
  config.reads_create_streams = flagOf(parsed, "create_stream_on_read");
  return config;
}

std::vector<Finding> findingsOf(const BasinConfig& config, const std::string& basin) {
  std::vector<Finding> findings;
  if (config.retention_seconds) {
    findings.push_back({HealthLevel::Warning, "retention",
                        "streams of the basin '" + basin + "' lose their records after " +
                            inWords(*config.retention_seconds) +
                            "; set its default retention to infinite to keep conversations"});
  } else {
    findings.push_back({HealthLevel::Good, "retention", "new streams of the basin '" + basin + "' keep their records"});
  }
  if (config.reads_create_streams) {
    findings.push_back({HealthLevel::Warning, "create-on-read",
                        "the basin '" + basin +
                            "' creates streams that are only asked for; set create_stream_on_read to false, else reads "
                            "leave empty streams behind"});
  }
  return findings;
}

}  // namespace tally::s2
