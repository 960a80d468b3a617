// Changes behind a known last entry: plain commands while nobody else comes in between, and right when somebody does.

#include <array>
#include <thread>

#include "redis/redis_server.hpp"
#include "redis/server_calls.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::codeOf;
using test::openRedis;
using test::RedisServer;
using test::ServerCalls;

TEST_CASE("tails: an append or a write that follows one of ours is a single XADD") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->write("d/x", "1");
  storage->append("d/log", "1");
  ServerCalls scripts(server, "evalsha"), entries(server, "xadd");
  std::string log = "1";
  for (int i = 0; i < 20; ++i) {
    const std::string text = std::to_string(i);
    storage->write("d/x", text);
    CHECK(storage->read("d/x") == text);
    log += text;
    CHECK(storage->append("d/log", text) == log.size());
  }
  CHECK(scripts.since() == 0);
  CHECK(entries.since() == 40);
  CHECK(storage->read("d/log") == log);
  CHECK(storage->stat("d/log")->size == log.size());
  CHECK(storage->read("d/log", {log.size() - 1, 1}) == "9");
}

TEST_CASE("tails: what others do in between is seen, whatever it is") {
  RedisServer server;
  const auto ours = openRedis(server.url()), theirs = openRedis(server.url());
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    const auto begin = [&] {
      ours->write("d/x", "one\n");
      ours->append("d/x", "two\n");
    };
    begin();
    theirs->append("d/x", "theirs\n");
    CHECK(ours->append("d/x", "three\n") == 21);
    CHECK(theirs->read("d/x") == "one\ntwo\ntheirs\nthree\n");

    begin();
    theirs->write("d/x", "new\n");
    CHECK(ours->append("d/x", "three\n") == 10);
    CHECK(theirs->read("d/x") == "new\nthree\n");

    begin();
    theirs->remove("d/x");
    CHECK(ours->append("d/x", "three\n") == 6);
    CHECK(theirs->list("d").size() == 1);

    begin();
    theirs->remove("d/x");
    theirs->append("d/x", "again\n");
    CHECK(ours->append("d/x", "three\n") == 12);
    CHECK(theirs->read("d/x") == "again\nthree\n");

    begin();
    server.command({"XADD", "tally:d:x.", "*", "content", "a line"});
    CHECK(ours->append("d/x", "three\n") == 21);
    CHECK(theirs->read("d/x") == "one\ntwo\na line\nthree\n");
  }
}

TEST_CASE("tails: an empty append behind an open line of others leaves the next one right") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  server.command({"XADD", "tally:log.", "*", "content", "a line"});
  CHECK(storage->append("log", "") == 6);
  CHECK(storage->append("log", "x") == 8);
  CHECK(storage->append("log", "") == 8);
  CHECK(storage->append("log", "y") == 9);
  CHECK(storage->read("log") == "a line\nxy");
}

TEST_CASE("tails: a time to live that somebody gave is gone after a write, as after any") {
  RedisServer server;
  const auto ours = openRedis(server.url()), theirs = openRedis(server.url());
  WriteOptions passing;
  passing.time_to_live = 60s;
  ours->write("x", "1");
  theirs->write("x", "2", passing);
  CHECK(server.number({"PTTL", "tally:x."}) > 0);
  ours->write("x", "3");
  CHECK(server.number({"PTTL", "tally:x."}) == -1);
  ours->write("x", "4", passing);
  ours->append("x", "5");
  CHECK(server.number({"PTTL", "tally:x."}) > 0);
  ours->write("x", "6");
  CHECK(server.number({"PTTL", "tally:x."}) == -1);
}

TEST_CASE("tails: conditions hold") {
  RedisServer server;
  const auto ours = openRedis(server.url()), theirs = openRedis(server.url());
  WriteOptions unchanged;
  unchanged.if_version = ours->write("x", "1");
  const Version second = ours->write("x", "2", unchanged);
  CHECK(second == *&ours->stat("x")->version);
  CHECK(codeOf([&] { ours->write("x", "3", unchanged); }) == ErrorCode::Conflict);
  unchanged.if_version = second;
  theirs->append("x", "+");
  CHECK(codeOf([&] { ours->write("x", "3", unchanged); }) == ErrorCode::Conflict);
  ours->append("x", "+");
  AppendOptions at;
  at.expected_size = 3;
  CHECK(ours->append("x", "+", at) == 4);
  CHECK(codeOf([&] { ours->append("x", "+", at); }) == ErrorCode::Conflict);
  CHECK(ours->read("x") == "2+++");
}

TEST_CASE("tails: after a server came back with less, nothing is put behind what it lost") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("log", "lost");
  storage->append("log", "lost");
  server.process().kill();
  server.restart();
  CHECK(storage->append("log", "new") == 3);
  storage->append("log", "er");
  CHECK(storage->read("log") == "newer");
}

TEST_CASE("tails: the time of the last change goes on, though the ids do not follow the clock") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("log", "1");
  const auto first = storage->stat("log")->modified;
  test::waitUntil("some milliseconds", [&] { return std::chrono::system_clock::now() > *first + 20ms; });
  ServerCalls scripts(server, "evalsha");
  storage->append("log", "2");
  CHECK(scripts.since() == 0);
  const auto second = storage->stat("log")->modified;
  CHECK(*second >= *first + 15ms);
  CHECK(*second <= std::chrono::system_clock::now() + 1s);
  StorageStat read;
  std::string bytes;
  {
    StringSink sink(bytes);
    read = storage->read("log", {1, 1}, sink, {});
  }
  CHECK(read.modified == second);
  CHECK(read.version == storage->stat("log")->version);
}

TEST_CASE("tails: many clients on few objects leave each whole") {
  RedisServer server;
  constexpr int kClients = 4, kRounds = 300;
  const std::array keys = {"d/a", "d/b"};
  std::vector<std::jthread> clients;
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      const auto storage = openRedis(server.url());
      for (int round = 0; round < kRounds; ++round) {
        const auto* key = keys[static_cast<std::size_t>(round + client) % keys.size()];
        switch ((round * 7 + client) % 16) {
          case 0: storage->remove(key); break;
          case 1: storage->write(key, "begin\n"); break;
          default: storage->append(key, "line\n");
        }
      }
    });
  }
  clients.clear();
  const auto storage = openRedis(server.url());
  for (const auto* key : keys) {
    const auto stat = storage->stat(key);
    if (!stat) continue;
    const std::string content = storage->read(key);  // Corrupt if the sizes in its entries do not fit
    CHECK(stat->size == content.size());
    CHECK(content.find_first_not_of("begin\nl") == content.npos);
  }
}
