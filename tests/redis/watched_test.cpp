// Append streams as transactions: plain commands while they can be, and right in every case.

#include "redis/redis_server.hpp"
#include "redis/server_calls.hpp"
#include "support/doctest.hpp"
#include "tally/extensions/append_stream.hpp"

using namespace tally;
using test::openRedis;
using test::RedisServer;
using test::ServerCalls;

namespace {

std::unique_ptr<AppendStream> openStream(redis::RedisStorage& storage) {
  return storage.extension<AppendStreams>()->openAppendStream("d/log", {}, {});
}

// Append these one by one; each has to tell the size behind it.
void appendEach(AppendStream& stream, int count, std::string& expected) {
  for (int i = 0; i < count; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    expected += line;
    CHECK(stream.wait(stream.submit(line).value(), {}) == expected.size());
  }
}

}  // namespace

TEST_CASE("watched: the appends of a stream are plain commands, but for the one that makes the object") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  const auto stream = openStream(*storage);
  ServerCalls scripts(server, "evalsha"), entries(server, "xadd"), tokens(server, "eval");
  std::string expected;
  appendEach(*stream, 50, expected);
  CHECK(scripts.since() <= 1);  // by its text, if the server did not know it
  CHECK(entries.since() == 50);
  CHECK(tokens.since() >= 49);
  CHECK(storage->read("d/log") == expected);
  CHECK(storage->stat("d/log")->size == expected.size());
}

TEST_CASE("watched: what others append, write and remove in between is kept, and counts") {
  RedisServer server;
  const auto storage = openRedis(server.url()), other = openRedis(server.url());
  const auto stream = openStream(*storage);
  std::string expected;
  for (int round = 0; round < 10; ++round) {
    appendEach(*stream, 3, expected);
    other->append("d/log", "other\n");
    expected += "other\n";
  }
  CHECK(storage->read("d/log") == expected);
  other->write("d/log", "new\n");
  expected = "new\n";
  appendEach(*stream, 3, expected);
  CHECK(other->read("d/log") == expected);
  other->remove("d/log");
  expected.clear();
  appendEach(*stream, 3, expected);
  CHECK(other->read("d/log") == expected);
  CHECK(other->list("d").size() == 1);
}

TEST_CASE("watched: behind an entry of another program, with a time to live, and without leave for transactions") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  server.command({"XADD", "tally:d:log.", "*", "content", "foreign"});
  std::string expected = "foreign\n";
  appendEach(*openStream(*storage), 5, expected);
  CHECK(storage->read("d/log") == expected);

  auto mortal = test::settingsFor(server.url());
  mortal.ttl = std::chrono::hours(1);
  redis::RedisStorage expiring(mortal);
  appendEach(*openStream(expiring), 3, expected);
  CHECK(server.number({"PTTL", "tally:d:log."}) > 3'000'000);
  server.command({"PERSIST", "tally:d:log."});

  for (const char* forbidden : {"-multi", "-watch", "-exec"}) {
    CAPTURE(forbidden);
    server.command({"ACL", "SETUSER", "plain", "reset", "on", ">secret", "~*", "&*", "+@all", forbidden});
    const std::string address = "redis://plain:secret@127.0.0.1:" + std::to_string(server.port());
    const auto plain = openRedis(address);
    appendEach(*openStream(*plain), 6, expected);
    CHECK(storage->read("d/log") == expected);
  }
}
