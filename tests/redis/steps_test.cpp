// The steps of a change on a cluster, when one of them fails.

#include "redis/lua/scripts.hpp"
#include "redis/names/key_names.hpp"
#include "redis/objects/object_writer.hpp"
#include "redis/one_node_cluster.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::Strike;
using redis::Script;
using redis::Scripts;
using test::OneNodeCluster;

namespace {

redis::Settings hastySettings(const OneNodeCluster& cluster) {
  auto settings = test::settingsFor(cluster.url());
  settings.retry_time = 200ms;
  return settings;
}

// Each call of the script from now on, after so many that pass.
Strike callsOf(const Script& script, Fault fault, int skip = 0) {
  Strike strike;
  strike.fault = fault;
  strike.times = Strike::kForEver;
  strike.skip = skip;
  strike.holds = script.digest();
  return strike;
}

// Have the server know all scripts, so that a call of one is a single request.
void teachScripts(IStorage& storage) {
  storage.append("warm/log", "1");
  storage.remove("warm/log");
  storage.write("warm/x", "1");
  storage.remove("warm/x");
}

const redis::KeyNames kNames("tally:");

// As if the time of the doubt were over.
void endDoubt(OneNodeCluster& cluster, const std::string& key) {
  cluster.server().command({"ZADD", kNames.doubts(), "1", key});
}

}  // namespace

TEST_CASE("steps: an object whose entry can't be confirmed is made all the same, and stays listed") {
  OneNodeCluster cluster;
  redis::RedisStorage storage(hastySettings(cluster));
  teachScripts(storage);
  for (const Fault fault : {Fault::CutBefore, Fault::CutAnswer}) {
    CAPTURE(static_cast<int>(fault));
    cluster.proxy().arm(callsOf(Scripts::all().confirm, fault));
    CHECK(storage.append("d/log", "once\n") == 5);
    CHECK_FALSE(storage.write("d/x", "1").empty());
    WriteOptions passing;
    passing.time_to_live = 1h;
    CHECK_FALSE(storage.write("d/passing", "1", passing).empty());
    CHECK(cluster.proxy().struck() > 0);
    cluster.proxy().disarm();
    CHECK(storage.read("d/log") == "once\n");
    for (const auto* key : {"d/log", "d/x", "d/passing"}) endDoubt(cluster, key);
    CHECK(storage.list("d").size() == 3);
    CHECK(cluster.server().number({"ZCARD", kNames.doubts()}) == 1);  // the one that is to expire
    storage.remove("d", {true});
  }
}

TEST_CASE("steps: a deadline that passes when the object is made already does not fail the call") {
  OneNodeCluster cluster;
  redis::RedisStorage storage(hastySettings(cluster));
  teachScripts(storage);
  cluster.proxy().arm(callsOf(Scripts::all().confirm, Fault::Hang));
  CHECK(storage.append("d/log", "once\n", {}, Call::within(500ms)) == 5);
  cluster.proxy().disarm();
  CHECK(storage.read("d/log") == "once\n");
}

TEST_CASE("steps: an object whose entry can't be dropped is removed all the same, and listed no longer") {
  OneNodeCluster cluster;
  redis::RedisStorage storage(hastySettings(cluster));
  teachScripts(storage);
  storage.write("d/x", "1");
  cluster.proxy().arm(callsOf(Scripts::all().settle, Fault::CutBefore));
  CHECK(storage.remove("d/x"));
  CHECK(cluster.proxy().struck() > 0);
  cluster.proxy().disarm();
  CHECK(storage.stat("d/x") == std::nullopt);
  endDoubt(cluster, "d/x");
  CHECK(storage.list("d").empty());
}

TEST_CASE("steps: servers whose clocks are too far apart make no object, and are not asked without end") {
  OneNodeCluster cluster;
  redis::RedisStorage storage(hastySettings(cluster));
  teachScripts(storage);
  Strike late = callsOf(Scripts::all().write, Fault::Answer, 1);  // the first call finds no object
  late.answer = "*1\r\n$4\r\nLATE\r\n";
  cluster.proxy().arm(late);
  const int before = cluster.proxy().requests();
  const auto make = [&] { storage.write("d/x", "1", {}, Call::within(5s)); };
  std::string said;
  try {
    make();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Unavailable);
    said = error.message();
  }
  CHECK(said.find("clock") != std::string::npos);
  CHECK(cluster.proxy().requests() - before < 60);
  cluster.proxy().disarm();
  CHECK(storage.list("d").empty());  // nothing is left in the index
}

TEST_CASE("steps: what has become a directory since it was listed is passed over when all is removed") {
  OneNodeCluster cluster;
  const auto settings = hastySettings(cluster);
  redis::RedisStorage storage(settings);
  storage.write("d/now/x", "1");
  storage.write("d/y", "1");
  redis::ServerFinder finder(settings);
  redis::Directories directories(finder, kNames);
  redis::ObjectWriter writer(settings, kNames, finder, directories);
  writer.removeAll({"d/now", "d/y"}, {});
  CHECK(storage.read("d/now/x") == "1");
  CHECK_FALSE(storage.stat("d/y").has_value());
}
