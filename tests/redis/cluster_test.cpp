// A cluster that changes under a store: slots move, masters die, steps are cut short.

#include <atomic>
#include <thread>

#include "redis/names/key_names.hpp"
#include "redis/redis_server.hpp"
#include "redis/server_calls.hpp"
#include "redis/servers/cluster_slot.hpp"
#include "support/doctest.hpp"
#include "tally/extensions/batch.hpp"
#include "tally/extensions/reindex.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::RedisCluster;

namespace {

RedisCluster& cluster() {
  static RedisCluster one;
  return one;
}

redis::Settings patientSettings() {
  auto settings = test::settingsFor(cluster().url());
  settings.retry_time = 30s;
  return settings;
}

std::string keyOf(int number) { return "d/k" + std::to_string(number) + ".json"; }

// Appends with tokens to many objects, and knows what must be in each.
class Writer {
 public:
  Writer() : storage_(patientSettings()), thread_([this] { run(); }) {}
  ~Writer() { done_ = true; }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  int acknowledged() const { return acknowledged_; }
  // End the thread, and compare.
  void check() {
    done_ = true;
    thread_.join();
    for (int i = 0; i < kKeys; ++i) {
      CAPTURE(i);
      CHECK(storage_.read(keyOf(i)) == expected_[i]);
    }
    CHECK(storage_.list("d").size() == kKeys);
  }

 private:
  static constexpr int kKeys = 40;

  void run() {
    for (int number = 0; number < kKeys || !done_; ++number) {
      const std::string line = "line " + std::to_string(number) + "\n";
      AppendOptions once;
      once.token = line;
      storage_.append(keyOf(number % kKeys), line, once);
      expected_[number % kKeys] += line;
      acknowledged_ = number;
    }
  }

  redis::RedisStorage storage_;
  std::atomic<bool> done_{false};
  std::atomic<int> acknowledged_{0};
  std::string expected_[kKeys];
  std::jthread thread_;
};

std::string idOf(test::RedisServer& node) {
  const redis::Reply reply = node.command({"CLUSTER", "MYID"});
  return std::string(redis::viewOf(reply).text());
}

std::string addressOf(const test::RedisServer& node) { return "127.0.0.1:" + std::to_string(node.port()); }

void waitForMore(const Writer& writer) {
  const int before = writer.acknowledged();
  test::waitUntil(
      "appends go on", [&] { return writer.acknowledged() > before + 100; }, 60s);
}

}  // namespace

TEST_CASE("cluster: slots that move under load lose and double nothing (bug 30)") {
  cluster().clear();
  const redis::KeyNames names("tally:");
  Writer writer;
  waitForMore(writer);
  for (int round = 0; round < 3; ++round) {
    auto& from = cluster().masterOf(round == 2 ? names.indexRoot() : names.stream(keyOf(round)));
    std::string to;
    for (std::size_t i = 0; i < cluster().size(); ++i) {
      auto& node = cluster().node(i);
      if (node.port() != from.port() && node.info("role") == "master") to = idOf(node);
    }
    cluster().waitUntilWhole();
    test::runProgram({"redis-cli", "--cluster", "reshard", addressOf(from), "--cluster-from", idOf(from),
                      "--cluster-to", to, "--cluster-slots", "1500", "--cluster-yes"});
    waitForMore(writer);
  }
  writer.check();
}

TEST_CASE("cluster: a slot that is half moved serves both halves") {
  cluster().clear();
  redis::RedisStorage storage(patientSettings());
  const redis::KeyNames names("tally:");
  storage.write("half/x", "old");
  const std::string stream = names.stream("half/x"), slot = std::to_string(redis::slotOf(stream));
  auto& from = cluster().masterOf(stream);
  test::RedisServer* to = nullptr;
  for (std::size_t i = 0; i < cluster().size(); ++i) {
    auto& node = cluster().node(i);
    if (node.port() != from.port() && node.info("role") == "master") to = &node;
  }
  to->command({"CLUSTER", "SETSLOT", slot, "IMPORTING", idOf(from)});
  from.command({"CLUSTER", "SETSLOT", slot, "MIGRATING", idOf(*to)});
  storage.append("half/x", "+");
  CHECK(storage.read("half/x") == "old+");
  from.command({"MIGRATE", "127.0.0.1", std::to_string(to->port()), stream, "0", "5000"});
  storage.append("half/x", "+");
  CHECK(storage.read("half/x") == "old++");
  storage.write("half/x", "new");
  CHECK(storage.read("half/x") == "new");
  for (auto* node : {to, &from}) node->command({"CLUSTER", "SETSLOT", slot, "NODE", idOf(*to)});
  CHECK(storage.read("half/x") == "new");
  CHECK(storage.remove("half/x"));
}

TEST_CASE("cluster: an entry whose object was never made is not in the way, and goes") {
  cluster().clear();
  redis::RedisStorage storage(patientSettings());
  const std::string claimed = storage.directories().claim("d/e/x", {});
  CHECK(storage.stat("d/e/x") == std::nullopt);
  storage.write("d/e/x", "1");
  storage.remove("d/e/x");
  CHECK(storage.stat("d") == std::nullopt);
  // As if the minute were over: the next listing settles it.
  storage.directories().claim("d/e/y", {});
  const redis::KeyNames names("tally:");
  cluster().masterOf(names.doubts()).command({"ZADD", names.doubts(), "1", "d/e/y"});
  CHECK(storage.list("").empty());
  CHECK(storage.stat("d/e") == std::nullopt);
}

TEST_CASE("cluster: an object whose removal was cut short before its stream is still there, and listed") {
  cluster().clear();
  redis::RedisStorage storage(patientSettings());
  storage.write("d/x", "1");
  CHECK(storage.directories().doubt("d/x", {}).has_value());
  const redis::KeyNames names("tally:");
  cluster().masterOf(names.doubts()).command({"ZADD", names.doubts(), "1", "d/x"});
  CHECK(storage.list("d").size() == 1);
  CHECK(cluster().masterOf(names.doubts()).number({"ZCARD", names.doubts()}) == 0);
}

TEST_CASE("cluster: a script that no node knows goes to all that need it in one round") {
  cluster().clear();
  redis::RedisStorage storage(patientSettings());
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back(keyOf(i));
  for (const auto& name : names) storage.write(name, "1");
  std::vector<test::ServerCalls> asked;
  for (std::size_t i = 0; i < cluster().size(); ++i) {
    cluster().node(i).command({"SCRIPT", "FLUSH"});
    asked.emplace_back(cluster().node(i), "evalsha");
  }
  struct Sink final : BatchSink {
    int done = 0;
    void take(std::size_t, std::string_view, const StorageStat&) override { ++done; }
    void fail(std::size_t, const Error& error) override { FAIL_CHECK(error.message()); }
  } out;
  const Batch::Keys keys(names.begin(), names.end());
  storage.extension<Batch>()->writeMany(keys, keys, {}, out, {});
  CHECK(out.done == 30);
  std::int64_t calls = 0;
  for (auto& one : asked) calls += one.since();
  CHECK(calls == 30 + 27);  // one of each of the three masters' comes as its text
}

TEST_CASE("cluster: reindex finds the streams of all nodes") {
  cluster().clear();
  redis::RedisStorage storage(patientSettings());
  for (int i = 0; i < 50; ++i) storage.write(keyOf(i), "x");
  const redis::KeyNames names("tally:");
  cluster().masterOf(names.indexRoot()).command({"DEL", names.indexRoot(), names.indexRoot() + "d"});
  CHECK(storage.list("").empty());
  struct Progress final : ReindexProgress {
    std::uint64_t seen = 0;
    void lookedAt(std::uint64_t objects) override { seen = objects; }
  } progress;
  CHECK(storage.extension<Reindex>()->rebuildIndex(progress, {}).objects == 50);
  CHECK(progress.seen == 50);
  CHECK(storage.list("d").size() == 50);
}

TEST_CASE("cluster: the loss of a master is over when its replica has taken its place") {
  cluster().clear();
  const redis::KeyNames names("tally:");
  Writer writer;
  waitForMore(writer);
  // What was acknowledged must have reached the replica: the promise ends where replication does.
  cluster().waitUntilWhole();
  auto& master = cluster().masterOf(names.stream(keyOf(0)));
  master.process().stop();
  test::waitUntil("the others elect the replica", [&] {
    int masters = 0;
    for (std::size_t i = 0; i < cluster().size(); ++i) {
      auto& node = cluster().node(i);
      if (node.port() != master.port() && node.info("role") == "master") ++masters;
    }
    return masters == 3;
  });
  master.process().kill();
  waitForMore(writer);
  writer.check();
}
