// Two clients that write, append and follow while servers are killed, come back, and hand over their slots. Each part
// takes TALLY_SOAK_SECONDS, 15 unless it is set.

#include <cstdlib>
#include <random>

#include "redis/names/key_names.hpp"
#include "redis/redis_server.hpp"
#include "redis/soak_client.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::RedisCluster;
using test::RedisServer;
using test::SoakClient;

namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point endOfSoak() {
  const char* seconds = std::getenv("TALLY_SOAK_SECONDS");
  return Clock::now() + std::chrono::seconds(seconds == nullptr ? 15 : std::stoi(seconds));
}

redis::Settings settingsOf(const std::string& url) {
  auto settings = test::settingsFor(url);
  settings.retry_time = 20s;
  return settings;
}

// Two clients on one store, and what is wrong in the end.
class Soak {
 public:
  explicit Soak(const redis::Settings& settings)
      : settings_(settings), first_("one", settings), second_("two", settings) {}

  void waitForMore(int count) {
    const int before = first_.acknowledged(), other = second_.acknowledged();
    test::waitUntil(
        "both clients get answers",
        [&] { return first_.acknowledged() > before + count && second_.acknowledged() > other + count; }, 60s);
  }
  void check() {
    first_.stop();
    second_.stop();
    redis::RedisStorage storage(settings_);
    for (const auto* client : {&first_, &second_}) {
      for (const auto& finding : client->findings(storage)) FAIL_CHECK(finding);
    }
    MESSAGE("acknowledged: " << first_.acknowledged() + second_.acknowledged());
  }

 private:
  const redis::Settings settings_;
  SoakClient first_, second_;
};

RedisServer& otherMaster(RedisCluster& cluster, const RedisServer& than, std::minstd_rand& random) {
  std::vector<RedisServer*> masters;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    auto& node = cluster.node(i);
    if (node.process().isRunning() && node.port() != than.port() && node.info("role") == "master") {
      masters.push_back(&node);
    }
  }
  return *masters.at(random() % masters.size());
}

std::string idOf(const RedisServer& node) {
  const redis::Reply reply = node.command({"CLUSTER", "MYID"});
  return std::string(redis::viewOf(reply).text());
}

// Until all nodes have heard of the moves before, redis-cli moves nothing.
void reshard(RedisServer& from, RedisServer& to, int slots) {
  const std::string node = "127.0.0.1:" + std::to_string(from.port());
  test::waitUntil("the nodes agree", [&] {
    try {
      test::runProgram({"redis-cli", "--cluster", "check", node});
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  });
  test::runProgram({"redis-cli", "--cluster", "reshard", node, "--cluster-from", idOf(from), "--cluster-to", idOf(to),
                    "--cluster-slots", std::to_string(slots), "--cluster-yes"});
}

// The replica must have what was acknowledged before its master dies: replication is asynchronous.
void killMaster(RedisCluster& cluster, RedisServer& master) {
  master.process().stop();
  test::waitUntil("a replica takes over", [&] {
    int masters = 0;
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      auto& node = cluster.node(i);
      if (node.port() != master.port() && node.info("role") == "master") ++masters;
    }
    return masters == 3;
  });
  master.process().kill();
}

}  // namespace

TEST_CASE("soak: a server that syncs always is killed again and again") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  std::minstd_rand random(1);
  Soak soak(settingsOf(server.url()));
  int kills = 0;
  for (const auto end = endOfSoak(); Clock::now() < end; ++kills) {
    soak.waitForMore(10 + static_cast<int>(random() % 100));
    server.process().kill();
    server.restart();
  }
  soak.waitForMore(10);
  soak.check();
  CHECK(kills >= 3);
}

TEST_CASE("soak: a cluster moves its slots, and loses a master") {
  RedisCluster cluster;
  std::minstd_rand random(1);
  const redis::KeyNames names("tally:");
  Soak soak(settingsOf(cluster.url()));
  soak.waitForMore(10);
  int moves = 0;
  for (const auto end = endOfSoak(); Clock::now() < end || moves < 2; ++moves) {
    auto& from = cluster.masterOf(moves % 2 == 0 ? names.stream("soak/log") : names.indexRoot());
    reshard(from, otherMaster(cluster, from, random), 1000);
    soak.waitForMore(10);
  }
  killMaster(cluster, cluster.masterOf(names.stream("soak/log")));
  soak.waitForMore(50);
  soak.check();
}
