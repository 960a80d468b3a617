#pragma once
// The kit on Redis: a place for it on a server or a cluster that the test has started.

#include <functional>
#include <memory>
#include <string>

#include "redis/names/key_names.hpp"
#include "redis/redis_server.hpp"
#include "redis/tls_server.hpp"
#include "tally/conformance/harness.hpp"
#include "tally/create_storage.hpp"

namespace tally::test {

/// How a storage at a URL, with a prefix of the keys, is opened.
using OpenAt = std::function<std::shared_ptr<IStorage>(const std::string& url, const std::string& prefix)>;

inline std::shared_ptr<IStorage> openDirectly(const std::string& url, const std::string& prefix) {
  redis::Settings settings;
  settings.address = redis::parseUrl(url);
  settings.key_prefix = prefix;
  return std::make_shared<redis::RedisStorage>(settings);
}

inline std::shared_ptr<IStorage> openThroughHost(const std::string& url, const std::string& prefix) {
  ConfigSource source;
  source.start_dir = "/";
  source.environment = [](const std::string&) { return std::optional<std::string>(); };
  source.overrides = {{"storage.backend", "redis"}, {"storage.redis.url", url}, {"storage.redis.keyPrefix", prefix}};
  return createStorage(loadConfig(source));
}

/// `Place` has url() and clear().
template <typename Place>
class RedisHarness : public conformance::Harness {
 public:
  RedisHarness(std::string name, Place& place, OpenAt open_at, bool through_host)
      : name_(std::move(name)), place_(place), open_at_(std::move(open_at)), through_host_(through_host) {}

  std::string name() const override { return name_; }
  std::shared_ptr<IStorage> open() override { return openUrl(place_.url()); }
  void clear() override { place_.clear(); }
  bool processes() const override { return true; }
  bool throughHost() const override { return through_host_; }
  std::shared_ptr<IStorage> openSecond() override { return open_at_(place_.url(), "kit:2:"); }
  std::shared_ptr<IStorage> openSmall(std::uint64_t bytes) override { return place_.limit(bytes) ? open() : nullptr; }
  std::vector<std::string> internalNames() const override {
    return {"%{kit:index}", "%{kit:index}%doubts", "%landed{kit:x}", "content", "tally"};
  }

 protected:
  Place& place() const noexcept { return place_; }
  std::shared_ptr<IStorage> openUrl(const std::string& url) const { return open_at_(url, "kit:"); }

 private:
  std::string name_;
  Place& place_;
  OpenAt open_at_;
  bool through_host_;
};

/// A single server, emptied and without a limit before each case.
class SinglePlace {
 public:
  std::string url() const { return server_.url(); }
  void clear() const {
    server_.command({"CONFIG", "SET", "maxmemory", "0"});
    server_.command({"FLUSHALL"});
  }
  bool limit(std::uint64_t bytes) const {
    const auto used = static_cast<std::uint64_t>(std::stoull(server_.info("used_memory")));
    server_.command({"CONFIG", "SET", "maxmemory", std::to_string(used + bytes)});
    return true;
  }
  const RedisServer& server() const noexcept { return server_; }

 private:
  RedisServer server_;
};

/// A single server, whose faults, users and limits the kit may try as well.
class SingleRedisHarness : public RedisHarness<SinglePlace> {
 public:
  using RedisHarness::RedisHarness;

  std::string server() const override { return place().server().address(); }
  std::shared_ptr<IStorage> openAt(const std::string& address) override { return openUrl("redis://" + address); }
  std::string reply(conformance::Reply kind) const override {
    switch (kind) {
      case conformance::Reply::Busy: return "-LOADING Redis is loading the dataset in memory\r\n";
      case conformance::Reply::Broken: return "-MASTERDOWN Link with MASTER is down\r\n";
      case conformance::Reply::Stranger: return "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
      case conformance::Reply::Forbidden: return "-NOPERM this user has no permissions to run the command\r\n";
    }
    return {};
  }
  std::shared_ptr<IStorage> openWrong(conformance::Wrong what) override {
    using conformance::Wrong;
    const std::string secret = secrets().front();
    if (what == Wrong::Certificate) return openUnvouched();
    if (what == Wrong::Container) return openUrl("redis://" + server() + "/99");
    const bool right = what == Wrong::Permission;
    place().server().command(
        {"ACL", "SETUSER", "guest", "on", right ? ">" + secret : ">another", "resetkeys", "-@all", "+@connection"});
    return openUrl("redis://guest:" + secret + '@' + server());
  }
  bool plantForeign(const std::string& key) override {
    place().server().command({"SET", redis::KeyNames("kit:").stream(key), "a string"});
    return true;
  }
  bool crowd(unsigned count) override {
    place().server().command({"DEBUG", "POPULATE", std::to_string(count), "foreign"});
    return true;
  }
  std::vector<std::string> secrets() const override { return {"s3cret-of-the-kit"}; }

 private:
  /// On a server whose certificate no authority of this machine has given.
  std::shared_ptr<IStorage> openUnvouched() {
    if (!hasTls()) return nullptr;
    const Authority nobody("nobody");
    nobody.give("server", "DNS:localhost,IP:127.0.0.1");
    unvouched_ = std::make_unique<TlsServer>(nobody, "server");
    return openUrl("rediss://127.0.0.1:" + std::to_string(unvouched_->port));
  }
  std::unique_ptr<TlsServer> unvouched_;  // of the case that asks for it
};

/// A cluster. Its memory is not limited, since a place that is full is the same on each node. And it has no server()
/// for the kit's proxy: nodes tell their clients each other's addresses, past any proxy. What a bad line does is asked
/// of the single server; of a cluster tests/redis/cluster_test.cpp asks what its moves and losses do.
class ClusterPlace {
 public:
  std::string url() const { return cluster_.url(); }
  void clear() const { cluster_.clear(); }
  static bool limit(std::uint64_t) { return false; }

 private:
  RedisCluster cluster_{std::chrono::seconds(15)};  // on a busy machine a master is silent for seconds
};

}  // namespace tally::test
