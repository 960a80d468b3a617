#include "s2/opening.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "s2/names/url_text.hpp"
#include "s2/storage/basin_config.hpp"
#include "tally/sdk/config.hpp"

namespace tally::s2 {
namespace {

using Json = nlohmann::json;

constexpr int kForbidden = 403;
constexpr Deed kAsk{"can't ask for the basin's configuration", "get-basin-config"};
constexpr Deed kCreate{"can't create the basin", "create-basin"};

Json retentionOf(const Settings& settings) {
  if (settings.retention_seconds) return {{"age", *settings.retention_seconds}};
  return {{"infinite", Json::object()}};
}

/// What a basin of ours is like: streams appear with their first record, never by being asked for, and keep everything.
Json newBasin(const Settings& settings) {
  const Json streams = {{"storage_class", "express"},
                        {"retention_policy", retentionOf(settings)},
                        {"timestamping", {{"mode", "client-prefer"}, {"uncapped", false}}}};
  return {{"basin", settings.basin},
          {"config",
           {{"create_stream_on_append", true}, {"create_stream_on_read", false}, {"default_stream_config", streams}}}};
}

Request accountRequest(const Settings& settings, const Endpoints& endpoints, Method method, const std::string& path) {
  Request request;
  request.method = method;
  request.url = endpoints.account_url + path;
  request.headers.emplace_back("content-type: application/json");
  if (!settings.access_token.empty()) request.headers.push_back("authorization: Bearer " + settings.access_token);
  return request;
}

void createBasin(const Settings& settings, const Endpoints& endpoints, Client& client, const Call& call) {
  Request request = accountRequest(settings, endpoints, Method::Post, "/basins");
  request.body = newBasin(settings).dump();
  const Reply reply = client.fetch(std::move(request), kCreate.cannot, call);
  if (reply.isGood()) return;
  const Refusal refusal = reply.refusal();
  if (refusal.code != "resource_already_exists") throw refusalError(refusal, kCreate);
}

/// Whether asking for a stream creates it, as the basin is configured.
bool judgeConfig(const BasinConfig& config, const std::string& basin) {
  for (const auto& finding : findingsOf(config, basin)) {
    if (finding.level == HealthLevel::Warning) sdk::log(sdk::LogLevel::Warning, "s2: " + finding.text);
  }
  return config.reads_create_streams;
}

/// Whether reads create streams.
bool lookAtBasin(const Settings& settings, const Endpoints& endpoints, Client& client, const Call& call) {
  const std::string path = "/basins/" + percentEncoded(settings.basin);
  for (bool created = false;; created = true) {
    const Reply reply = client.fetch(accountRequest(settings, endpoints, Method::Get, path), kAsk.cannot, call);
    if (reply.isGood()) {
      if (const auto config = parseBasinConfig(reply.body)) return judgeConfig(*config, settings.basin);
      throw Error(ErrorCode::Unavailable, "the endpoint answers, but not as S2 does; check s2.endpoint");
    }
    const Refusal refusal = reply.refusal();
    if (reply.status == kForbidden) {
      sdk::log(sdk::LogLevel::Warning,
               "s2: the access token lacks the operation get-basin-config, so retention can't be checked");
      return false;
    }
    if (refusal.code != "basin_not_found" || !settings.create_basin) throw refusalError(refusal, kAsk);
    if (created) throw Error(ErrorCode::Unavailable, "the service does not know the new basin yet").retryable(true);
    createBasin(settings, endpoints, client, call);
  }
}

}  // namespace

Endpoints endpointsOf(const Settings& settings) {
  checkBasinName(settings.basin);
  Endpoints endpoints = parseEndpoints(settings.account_endpoint, settings.basin_endpoint, settings.basin);
  if (endpoints.is_cloud && settings.access_token.empty()) {
    throw Error(ErrorCode::InvalidConfig,
                "the S2 cloud wants an access token: set s2.accessToken or S2_ACCESS_TOKEN, "
                "or s2.endpoint for a server of your own");
  }
  if (settings.access_token.find_first_of("\r\n") != std::string::npos) {
    throw Error(ErrorCode::InvalidConfig, "s2.accessToken has a line break in it");
  }
  return endpoints;
}

HttpSettings httpSettingsOf(const Settings& settings, const Endpoints& endpoints) {
  HttpSettings http;
  http.secure = endpoints.secure;
  http.verify = settings.verify_tls;
  http.ca_file = settings.ca_file;
  http.connections = settings.connections;
  http.connect_timeout = settings.connect_timeout;
  http.request_timeout = settings.request_timeout;
  return http;
}

RetryPolicy retryPolicyOf(const Settings& settings) {
  RetryPolicy policy;
  policy.attempts = settings.attempts;
  return policy;
}

BasinSettings openBasin(const Settings& settings, Endpoints endpoints, Client& client, const Call& call) {
  BasinSettings basin;
  basin.reads_create_streams = lookAtBasin(settings, endpoints, client, call);
  basin.endpoints = std::move(endpoints);
  basin.basin = settings.basin;
  basin.access_token = settings.access_token;
  basin.compresses = settings.compression;
  basin.deletion_wait = settings.deletion_wait;
  basin.verifies_tls = settings.verify_tls;
  return basin;
}

}  // namespace tally::s2
