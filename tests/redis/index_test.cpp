// An index that others damaged, and stores whose names lie one below the other.

#include <algorithm>

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"
#include "tally/extensions/health.hpp"
#include "tally/extensions/reindex.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::openRedis;
using test::RedisServer;

namespace {

ReindexResult reindex(IStorage& storage) {
  struct Progress final : ReindexProgress {
    void lookedAt(std::uint64_t) override {}
  } progress;
  return storage.extension<Reindex>()->rebuildIndex(progress, {});
}

// Directories that are listed, but whose sets are gone; there are more of them than fit into a page.
constexpr int kPhantoms = 1200;
void makePhantoms(const RedisServer& server) {
  std::vector<std::string> command = {"ZADD", "tally:%{tally:index}:d"};
  for (int i = 0; i < kPhantoms; ++i) command.insert(command.end(), {"0", "x" + std::to_string(i) + '\0' + 'd'});
  server.command(command);
  server.command({"ZADD", "tally:%{tally:index}:", "0", std::string("d\0d", 3)});
}

std::vector<std::string> textsOf(IStorage& storage, HealthLevel level) {
  struct Texts final : HealthSink {
    HealthLevel wanted = HealthLevel::Good;
    std::vector<std::string> list;
    void take(HealthLevel found, std::string_view, std::string_view text) override {
      if (found == wanted) list.emplace_back(text);
    }
  } texts;
  texts.wanted = level;
  storage.extension<Health>()->checkHealth(texts, {});
  return texts.list;
}

std::vector<std::string> warningsOf(IStorage& storage) { return textsOf(storage, HealthLevel::Warning); }

bool anyHolds(const std::vector<std::string>& texts, const std::string& part) {
  return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return text.find(part) != text.npos; });
}

}  // namespace

TEST_CASE("index: directories that are listed but not there are removed with the rest") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (int i = 0; i < 3; ++i) storage->write("d/real" + std::to_string(i) + "/o", "1");
  makePhantoms(server);
  CHECK(storage->remove("d/x7", {true}));
  CHECK_FALSE(storage->remove("d/x7", {true}));
  CHECK(storage->remove("d", {true}, Call::within(20s)));
  CHECK(storage->list("d").empty());
  CHECK(storage->list("").empty());
  CHECK(storage->stat("d") == std::nullopt);
}

TEST_CASE("index: more children than a page are removed, objects and directories") {
  RedisServer server;
  const auto storage = openRedis(server.socketUrl());
  for (int i = 0; i < 1100; ++i) storage->write("d/" + std::to_string(i) + (i % 2 == 0 ? "" : "/o"), "1");
  storage->remove("", {true});
  CHECK(storage->list("").empty());
  CHECK(server.number({"DBSIZE"}) == 0);
}

TEST_CASE("index: reindex drops directories that are listed but not there, and those that become empty by that") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->write("kept/o", "1");
  makePhantoms(server);
  CHECK(reindex(*storage).dropped == kPhantoms);
  CHECK(storage->list("d").empty());
  CHECK(storage->list("").size() == 1);
  CHECK(reindex(*storage).dropped == 0);
}

TEST_CASE("index: health warns of a store whose names hold this one's") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  auto settings = test::settingsFor(server.url());
  settings.key_prefix = "a:b:";
  redis::RedisStorage below(settings);
  below.write("x", "1");
  CHECK(warningsOf(below).empty());
  settings.key_prefix = "a:";
  redis::RedisStorage above(settings);
  above.write("y", "1");
  CHECK(warningsOf(above).empty());
  CHECK(anyHolds(warningsOf(below), "'a:'"));
}

TEST_CASE("index: health says that it lacks objects, and what enters them") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (const auto* key : {"a/x", "a/y", "b/x"}) storage->write(key, "1");
  const auto told = [&](HealthLevel level) { return textsOf(*storage, level); };
  CHECK(anyHolds(told(HealthLevel::Good), "all of the 3 objects"));
  server.command({"DEL", "tally:%{tally:index}:a"});
  CHECK(anyHolds(told(HealthLevel::Warning), "lacks 2 of the 3"));
  CHECK(anyHolds(told(HealthLevel::Warning), "'tally storage reindex'"));
  server.command({"DEL", "tally:%{tally:index}:", "tally:%{tally:index}:b"});
  CHECK(anyHolds(told(HealthLevel::Fault), "lacks 3 of the 3"));
  reindex(*storage);
  CHECK(anyHolds(told(HealthLevel::Good), "all of the 3 objects"));
  server.command({"ACL", "SETUSER", "blind", "on", ">p", "~*", "+@all", "-scan"});
  const auto blind = openRedis("redis://blind:p@" + server.address());
  CHECK(anyHolds(warningsOf(*blind), "may not ask"));
}

TEST_CASE("index: a rebuild counts what it added, also where a listed object is in the way of others") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->write("x", "1");
  server.command({"ZADD", "tally:%{tally:index}:x", "0", std::string("y.json\0f", 8)});
  server.command({"XADD", "tally:x:y", "*", "content", "theirs"});
  const auto result = reindex(*storage);
  CHECK(result.objects == 1);
  CHECK(result.added == 0);
}
