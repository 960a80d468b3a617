// What the s2 backend publishes, and its export line.

#include <cstdlib>
#include <memory>

#include "s2/s2_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

using tally::sdk::Option;

constexpr Option kOptions[] = {
    Option::text("basin", "The basin that holds the streams.").required(),
    Option::text("accessToken", "What the service knows you by; else S2_ACCESS_TOKEN. A server of your own needs none.")
        .secret(),
    Option::text("endpoint", "A server of your own, [http://|https://]host[:port]; without it the cloud."),
    Option::text("accountEndpoint", "The endpoint of basins, where it differs; else S2_ACCOUNT_ENDPOINT."),
    Option::text("basinEndpoint", "The endpoint of streams, where it differs; else S2_BASIN_ENDPOINT."),
    Option::text("prefix", "All streams lie below it, so that one basin can hold several stores."),
    Option::flag("createBasin", "Create the basin if it is missing.").byDefault(false),
    Option::text("retention", "How long a basin that is created keeps records: 'infinite', or 28d, 12h.")
        .byDefault("infinite"),
    Option::flag("tlsVerify", "Check the server's certificate and name.").byDefault(true),
    Option::path("caFile", "Certificates to trust instead of the system's, in PEM form."),
    Option::flag("compression", "Compress what is sent, and let the service compress its answers.").byDefault(false),
    Option::integer("connections", "Connections at most, besides those of append streams and followers.")
        .between(1, 1024)
        .byDefault(64),
    Option::integer("connectTimeout", "Milliseconds until a connection must stand.")
        .between(1, 600'000)
        .byDefault(3000),
    Option::integer("requestTimeout", "Milliseconds for one request, or for silence in a longer one.")
        .between(1, 3'600'000)
        .byDefault(10'000),
    Option::integer("deletionTimeout", "Milliseconds to wait until the name of something removed is free again.")
        .between(0, 3'600'000)
        .byDefault(90'000),
    Option::integer("attempts", "How often a request is sent that may safely be repeated.")
        .between(1, 100)
        .byDefault(3),
};

constexpr std::string_view kAbilities[] = {tally::Batch::kId, tally::AppendStreams::kId, tally::Follow::kId,
                                           tally::Leases::kId, tally::Health::kId};

constexpr auto kInfo = tally::sdk::PluginInfo{"s2", "0.1.0", "Streams of S2, in the cloud or on a server of your own."}
                           .by("The Tally authors", "MIT")
                           .with(kOptions)
                           .offering(kAbilities);

std::string textOr(const tally::sdk::Config& config, const char* name, const std::string& otherwise) {
  return config.has(name) ? config.text(name) : otherwise;
}

std::chrono::milliseconds millisecondsOf(const tally::sdk::Config& config, const char* name) {
  return std::chrono::milliseconds(config.integer(name));
}

tally::s2::Settings settingsOf(const tally::sdk::Config& config) {
  tally::s2::Settings settings;
  settings.basin = config.text("basin");
  settings.access_token = textOr(config, "accessToken", "");
  const std::string endpoint = textOr(config, "endpoint", "");
  settings.account_endpoint = textOr(config, "accountEndpoint", endpoint);
  settings.basin_endpoint = textOr(config, "basinEndpoint", endpoint);
  settings.prefix = textOr(config, "prefix", "");
  settings.create_basin = config.flag("createBasin");
  settings.retention_seconds = tally::s2::parseRetention(config.text("retention"));
  settings.verify_tls = config.flag("tlsVerify");
  settings.ca_file = textOr(config, "caFile", "");
  settings.compression = config.flag("compression");
  settings.connections = static_cast<long>(config.integer("connections"));
  settings.connect_timeout = millisecondsOf(config, "connectTimeout");
  settings.request_timeout = millisecondsOf(config, "requestTimeout");
  settings.deletion_wait = millisecondsOf(config, "deletionTimeout");
  settings.attempts = static_cast<int>(config.integer("attempts"));
  return settings;
}

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

struct OpenS2 {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config& config, const tally::Call& call) {
    tally::s2::Settings settings = settingsOf(config);
    tally::s2::addEnvironment(settings, variable);
    return std::make_unique<tally::s2::S2Storage>(settings, call);
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenS2, kInfo);
