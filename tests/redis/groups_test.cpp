// Groups of workers: each record once, and those of a dead worker too.

#include <map>
#include <thread>

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"
#include "tally/extensions/consumer_group.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::codeOf;
using test::openRedis;
using test::RedisServer;

namespace {

struct Records final : GroupSink {
  struct Record {
    std::string id, content;
    std::uint32_t deliveries;
  };
  std::vector<Record> list;
  void take(const GroupRecord& record) override {
    list.push_back({std::string(record.id), std::string(record.content), record.deliveries});
  }
};

std::vector<Records::Record> take(GroupConsumer& consumer, std::size_t most, std::chrono::nanoseconds patience = 10s) {
  Records records;
  const std::size_t count = consumer.next(records, most, Call::within(patience));
  CHECK(count == records.list.size());
  return std::move(records.list);
}

ConsumerGroups& groupsOf(IStorage& storage) { return *storage.extension<ConsumerGroups>(); }

}  // namespace

TEST_CASE("groups: workers share the records, each goes to one of them") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (int i = 0; i < 20; ++i) storage->append("jobs", "job " + std::to_string(i));
  ConsumerGroups& groups = groupsOf(*storage);
  groups.createGroup("jobs", "g", {}, {});
  CHECK(codeOf([&] { groups.createGroup("jobs", "g", {}, {}); }) == ErrorCode::AlreadyExists);
  CHECK(codeOf([&] { groups.createGroup("none", "g", {}, {}); }) == ErrorCode::NotFound);
  const auto a = groups.joinGroup("jobs", "g", "a", {}, {}), b = groups.joinGroup("jobs", "g", "b", {}, {});
  std::map<std::string, int> seen;
  for (int round = 0; round < 4; ++round) {
    for (auto* worker : {a.get(), b.get()}) {
      for (const auto& record : take(*worker, round < 2 ? 5 : 3, round < 2 ? 10s : 50ms)) {
        ++seen[record.content];
        CHECK(record.deliveries == 1);
        const std::string_view id = record.id;
        CHECK(worker->acknowledge({id}, {}) == 1);
        CHECK(worker->acknowledge({id}, {}) == 0);
      }
    }
  }
  CHECK(seen.size() == 20);
  for (const auto& [content, times] : seen) CHECK(times == 1);
  const GroupState state = groups.groupState("jobs", "g", {});
  CHECK(state.consumers == 2);
  CHECK(state.pending == 0);
  CHECK(state.waiting == 0);
  storage->append("jobs", "late");
  CHECK(take(*a, 1).at(0).content == "late");
  CHECK(groups.dropGroup("jobs", "g", {}));
  CHECK_FALSE(groups.dropGroup("jobs", "g", {}));
  CHECK_FALSE(groups.dropGroup("none", "g", {}));
  CHECK(codeOf([&] { groups.groupState("jobs", "g", {}); }) == ErrorCode::NotFound);
  CHECK(codeOf([&] { take(*b, 1); }) == ErrorCode::NotFound);
}

TEST_CASE("groups: a worker that comes back gets first what it had not acknowledged, once") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (int i = 0; i < 5; ++i) storage->append("jobs", "job " + std::to_string(i));
  ConsumerGroups& groups = groupsOf(*storage);
  groups.createGroup("jobs", "g", {}, {});
  {
    const auto worker = groups.joinGroup("jobs", "g", "w", {}, {});
    const auto records = take(*worker, 3);
    REQUIRE(records.size() == 3);
    worker->acknowledge({std::string_view(records[1].id)}, {});
  }
  const auto worker = groups.joinGroup("jobs", "g", "w", {}, {});
  const auto again = take(*worker, 10);
  REQUIRE(again.size() == 2);
  CHECK(again[0].content == "job 0");
  CHECK(again[1].content == "job 2");
  CHECK(again[0].deliveries == 2);
  CHECK(take(*worker, 10).at(0).content == "job 3");
  CHECK(take(*worker, 10, 50ms).empty());
}

TEST_CASE("groups: what a dead worker had is taken over after its time, and only that") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  for (int i = 0; i < 4; ++i) storage->append("jobs", "job " + std::to_string(i));
  ConsumerGroups& groups = groupsOf(*storage);
  groups.createGroup("jobs", "g", {}, {});
  auto dead = groups.joinGroup("jobs", "g", "dead", {}, {});
  CHECK(take(*dead, 2).size() == 2);
  dead.reset();
  GroupJoinOptions options;
  options.take_over_after = 300ms;
  const auto heir = groups.joinGroup("jobs", "g", "heir", options, {});
  const auto fresh = take(*heir, 2);
  REQUIRE(fresh.size() == 2);
  CHECK(fresh[0].content == "job 2");
  const auto taken = take(*heir, 10);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].content == "job 0");
  CHECK(taken[0].deliveries == 2);
  CHECK(take(*heir, 10, 700ms).empty());  // its own, which it still has, do not come again
  CHECK(groups.groupState("jobs", "g", {}).pending == 4);
}

TEST_CASE("groups: a record that an heir took and died with comes back to whom it was taken from") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("jobs", "job");
  ConsumerGroups& groups = groupsOf(*storage);
  groups.createGroup("jobs", "g", {}, {});
  GroupJoinOptions options;
  options.take_over_after = 200ms;
  const auto first = groups.joinGroup("jobs", "g", "first", options, {});
  CHECK(take(*first, 1).size() == 1);
  CHECK(take(*groups.joinGroup("jobs", "g", "heir", options, {}), 1).size() == 1);
  const auto again = take(*first, 1);
  REQUIRE(again.size() == 1);
  CHECK(again[0].deliveries == 3);
  CHECK(first->acknowledge({std::string_view(again[0].id)}, {}) == 1);
}

TEST_CASE("groups: from the end, lines of others, and records that are no longer there") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("jobs", "old");
  ConsumerGroups& groups = groupsOf(*storage);
  GroupOptions from_end;
  from_end.from_end = true;
  groups.createGroup("jobs", "g", from_end, {});
  const auto worker = groups.joinGroup("jobs", "g", "w", {}, {});
  server.command({"XADD", "tally:jobs.", "*", "content", "theirs"});
  const auto records = take(*worker, 10);
  REQUIRE(records.size() == 1);
  CHECK(records[0].content == "theirs");
  storage->write("jobs", "all new");
  CHECK(take(*worker, 10).at(0).content == "all new");
  const auto again = groups.joinGroup("jobs", "g", "w", {}, {});
  CHECK(take(*again, 10).at(0).content == "all new");
  CHECK(codeOf([&] { worker->acknowledge({"nonsense"}, {}); }) == ErrorCode::InvalidArgument);
  storage->remove("jobs");
  CHECK(codeOf([&] { take(*worker, 10); }) == ErrorCode::NotFound);
}

TEST_CASE("groups: workers on a server that is killed again and again miss and double nothing that was acknowledged") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  auto settings = test::settingsFor(server.url());
  settings.retry_time = 20s;
  redis::RedisStorage storage(settings);
  for (int i = 0; i < 400; ++i) storage.append("jobs", std::to_string(i));
  groupsOf(storage).createGroup("jobs", "g", {}, {});
  std::mutex mutex;
  std::map<std::string, int> done;
  std::vector<std::jthread> workers;
  for (const auto* name : {"a", "b"}) {
    workers.emplace_back([&, name] {
      redis::RedisStorage own(settings);
      const auto worker = groupsOf(own).joinGroup("jobs", "g", name, {}, {});
      for (;;) {
        const auto records = take(*worker, 5, 2s);
        if (records.empty()) return;
        for (const auto& record : records) {
          worker->acknowledge({std::string_view(record.id)}, {});
          const std::lock_guard lock(mutex);
          ++done[record.content];
        }
      }
    });
  }
  for (int round = 0; round < 3; ++round) {
    test::waitUntil("some more are done", [&] {
      const std::lock_guard lock(mutex);
      return done.size() > static_cast<std::size_t>(round * 100 + 20);
    });
    server.process().kill();
    server.restart();
  }
  workers.clear();
  CHECK(done.size() == 400);
  for (const auto& [content, times] : done) CHECK(times == 1);
  CHECK(groupsOf(storage).groupState("jobs", "g", {}).pending == 0);
}

TEST_CASE("groups: after a call for many that was cancelled, one that asks for one gets one, and the rest follow") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->write("jobs", "0");
  ConsumerGroups& groups = groupsOf(*storage);
  GroupOptions from_end;
  from_end.from_end = true;
  groups.createGroup("jobs", "g", from_end, {});
  const auto worker = groups.joinGroup("jobs", "g", "w", {}, {});
  std::stop_source stop;
  Call call;
  call.cancel = CancelToken(stop.get_token());
  std::jthread later([&] {
    test::waitUntil("the worker waits", [&] { return server.info("blocked_clients") == "1"; });
    stop.request_stop();
  });
  Records none;
  CHECK(codeOf([&] { worker->next(none, 100, call); }) == ErrorCode::Cancelled);
  const redis::Reply landed = server.command(
      {"EVAL", "for i = 1, 50 do redis.call('XADD', KEYS[1], '*', 'content', i) end", "1", "tally:jobs."});
  for (int i = 1; i <= 10; ++i) {
    const auto records = take(*worker, 1);
    REQUIRE(records.size() == 1);
    CHECK(records[0].content == std::to_string(i));
  }
  CHECK(take(*worker, 100).size() == 40);
  CHECK(take(*worker, 1, 50ms).empty());
}

TEST_CASE("groups: an entry that is no record is told behind the good ones, and what is behind it follows") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  const auto add = [&](const char* field, const char* text) {
    server.command({"XADD", "tally:jobs.", "*", field, text});
  };
  add("content", "1");
  add("role", "user");
  add("content", "2");
  ConsumerGroups& groups = groupsOf(*storage);
  groups.createGroup("jobs", "g", {}, {});
  for (const bool fresh : {true, false}) {
    CAPTURE(fresh);
    const auto worker = groups.joinGroup("jobs", "g", "w", {}, {});
    const auto records = take(*worker, 10);
    REQUIRE(records.size() == 2);
    CHECK(records[1].content == "2");
    CHECK(codeOf([&] { take(*worker, 10); }) == ErrorCode::Corrupt);
    CHECK(take(*worker, 10, 50ms).empty());
  }
  add("role", "user");
  add("content", "3");
  const auto worker = groups.joinGroup("jobs", "g", "other", {}, {});
  CHECK(codeOf([&] { take(*worker, 1); }) == ErrorCode::Corrupt);
  CHECK(take(*worker, 1).at(0).content == "3");
}

TEST_CASE("groups: a worker that waits at a server which becomes a replica waits on, and finds it a master again") {
  RedisServer server;
  auto settings = test::settingsFor(server.url());
  settings.retry_time = 20s;
  redis::RedisStorage storage(settings);
  storage.append("jobs", "1");
  ConsumerGroups& groups = groupsOf(storage);
  groups.createGroup("jobs", "g", {}, {});
  const auto worker = groups.joinGroup("jobs", "g", "w", {}, {});
  CHECK(take(*worker, 1).size() == 1);
  std::jthread failover([&] {
    test::waitUntil("the worker waits", [&] { return server.info("blocked_clients") == "1"; });
    server.command({"REPLICAOF", "127.0.0.1", std::to_string(test::freePort())});
    server.command({"REPLICAOF", "NO", "ONE"});
    server.command({"XADD", "tally:jobs.", "*", "content", "2"});
  });
  CHECK(take(*worker, 1).at(0).content == "2");
}
