// What the redis backend publishes, and its export line.

#include <memory>

#include "redis/storage/redis_storage.hpp"
#include "tally/sdk/plugin.hpp"

namespace {

using std::chrono::milliseconds;
using tally::redis::ClusterMode;
using tally::sdk::Option;

constexpr Option kOptions[] = {
    Option::text("url", "Where the server is: redis://, rediss:// (TLS) or unix://, with user, password and database.")
        .secret()
        .byDefault("redis://localhost:6379"),
    Option::text("keyPrefix", "What the names of all keys begin with; ends in ':'.").byDefault("tally:"),
    Option::integer("streamMaxLen",
                    "Entries of up to 64 KiB that an append leaves in an object, dropping the oldest; 0 keeps all.")
        .between(0, 1'000'000'000)
        .byDefault(0),
    Option::integer("ttl", "Seconds after its last change when an object vanishes; 0 never.")
        .between(0, 3'153'600'000)
        .byDefault(0),
    Option::path("tlsCaFile", "Certificates to trust with rediss://; without it those that this machine trusts."),
    Option::path("tlsCertificateFile", "Our own certificate, for servers that ask for one."),
    Option::path("tlsKeyFile", "The key of our own certificate."),
    Option::integer("connectTimeout", "Milliseconds for opening a connection.").between(1, 600'000).byDefault(2000),
    Option::integer("commandTimeout", "Milliseconds that an answer may take.").between(1, 600'000).byDefault(5000),
    Option::integer("retryTime", "Milliseconds for which a request that surely did nothing is tried again.")
        .between(0, 600'000)
        .byDefault(3000),
    Option::integer("poolSize", "Connections kept to one server, and so requests at the same time.")
        .between(1, 1024)
        .byDefault(8),
    Option::text("cluster", "Whether the server belongs to a Redis Cluster; 'auto' asks it.")
        .oneOf("auto", "on", "off")
        .byDefault("auto"),
};

constexpr std::string_view kAbilities[] = {tally::Batch::kId,          tally::AppendStreams::kId, tally::Follow::kId,
                                           tally::ConsumerGroups::kId, tally::Health::kId,        tally::Reindex::kId};

constexpr auto kInfo = tally::sdk::PluginInfo{"redis", "0.1.0", "Streams on a Redis server or cluster."}
                           .by("The Tally authors", "MIT")
                           .with(kOptions)
                           .offering(kAbilities);

ClusterMode clusterMode(const std::string& text) {
  if (text == "on") return ClusterMode::On;
  return text == "off" ? ClusterMode::Off : ClusterMode::Auto;
}

struct OpenRedis {
  static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config& config, const tally::Call&) {
    tally::redis::Settings settings;
    settings.address = tally::redis::parseUrl(config.text("url"));
    settings.key_prefix = config.text("keyPrefix");
    settings.stream_max_len = static_cast<std::uint64_t>(config.integer("streamMaxLen"));
    settings.ttl = std::chrono::seconds(config.integer("ttl"));
    const auto file = [&](const char* name) { return config.has(name) ? config.text(name) : std::string(); };
    settings.tls = {file("tlsCaFile"), file("tlsCertificateFile"), file("tlsKeyFile")};
    settings.connect_timeout = milliseconds(config.integer("connectTimeout"));
    settings.command_timeout = milliseconds(config.integer("commandTimeout"));
    settings.retry_time = milliseconds(config.integer("retryTime"));
    settings.pool_size = static_cast<std::size_t>(config.integer("poolSize"));
    settings.cluster = clusterMode(config.text("cluster"));
    for (const auto& loss : tally::redis::lossesBy(settings)) {
      tally::sdk::log(tally::sdk::LogLevel::Warning, "redis: " + loss);
    }
    return std::make_unique<tally::redis::RedisStorage>(std::move(settings));
  }
};

}  // namespace

TALLY_STORAGE_PLUGIN(OpenRedis, kInfo);
