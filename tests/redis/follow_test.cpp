// Followers and groups against a server that others change, lose and restart.

#include <atomic>
#include <thread>

#include "redis/redis_server.hpp"
#include "redis/storage/follow_cursor.hpp"
#include "support/doctest.hpp"
#include "tally/extensions/follow.hpp"

using namespace tally;
using namespace std::chrono_literals;
using test::codeOf;
using test::openRedis;
using test::RedisServer;
using test::settingsFor;

namespace {

std::unique_ptr<Follower> followerOf(IStorage& storage, std::string_view key, const FollowOptions& options = {}) {
  return storage.extension<Follow>()->openFollower(key, options, {});
}

// The next event within ten seconds; its data is put behind `out`.
FollowEvent nextOf(Follower& follower, std::string& out, std::uint64_t max_bytes = 0,
                   std::chrono::nanoseconds patience = 10s) {
  StringSink sink(out);
  return follower.next(sink, max_bytes, Call::within(patience));
}

// All data until `size` bytes have come.
std::string take(Follower& follower, std::size_t size) {
  std::string out;
  while (out.size() < size) REQUIRE(nextOf(follower, out) == FollowEvent::Data);
  return out;
}

FollowEvent quiet(Follower& follower) {
  std::string out;
  return nextOf(follower, out, 0, 50ms);
}

}  // namespace

TEST_CASE("follow: what is there comes first, then what is appended, also by others") {
  RedisServer server;
  const auto storage = openRedis(server.url()), other = openRedis(server.url());
  storage->write("log", "one\n");
  const auto follower = followerOf(*storage, "log");
  CHECK(take(*follower, 4) == "one\n");
  CHECK(quiet(*follower) == FollowEvent::Nothing);
  other->append("log", "two\n");
  storage->append("log", "three\n");
  CHECK(take(*follower, 10) == "two\nthree\n");
  server.command({"XADD", "tally:log.", "*", "content", "theirs"});
  server.command({"XADD", "tally:log.", "*", "content", "more"});
  other->append("log", "four\n");
  CHECK(take(*follower, 17) == "theirs\nmore\nfour\n");
  CHECK(storage->read("log") == "one\ntwo\nthree\ntheirs\nmore\nfour\n");
}

TEST_CASE("follow: an object of many entries, in small bites and with a cursor at each") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  std::string content;
  for (int i = 0; i < 600; ++i) {
    const std::string line = "line " + std::to_string(i) + "\n";
    storage->append("log", line);
    content += line;
  }
  const std::string large(200'000, 'x');
  storage->append("log", large);
  content += large;
  CHECK(take(*followerOf(*storage, "log"), content.size()) == content);
  std::string out, cursor;
  while (out.size() < 2000) {
    FollowOptions options;
    options.cursor = cursor;
    const auto follower = followerOf(*storage, "log", options);
    const std::size_t before = out.size();
    REQUIRE(nextOf(*follower, out, 7) == FollowEvent::Data);
    REQUIRE(out.size() - before <= 7);
    cursor = follower->cursor();
  }
  CHECK(out == content.substr(0, out.size()));
}

TEST_CASE("follow: replaced, removed and made again are told apart") {
  RedisServer server;
  const auto storage = openRedis(server.url()), other = openRedis(server.url());
  storage->append("log", "old\n");
  const auto follower = followerOf(*storage, "log");
  CHECK(take(*follower, 4) == "old\n");
  std::string out;

  other->write("log", "new\n");
  CHECK(nextOf(*follower, out) == FollowEvent::Reset);
  CHECK(take(*follower, 4) == "new\n");

  other->remove("log");
  CHECK(nextOf(*follower, out) == FollowEvent::Removed);
  CHECK(quiet(*follower) == FollowEvent::Nothing);
  other->append("log", "again\n");
  CHECK(take(*follower, 6) == "again\n");

  other->remove("log");
  other->append("log", "at once\n");
  CHECK(nextOf(*follower, out) == FollowEvent::Reset);
  CHECK(take(*follower, 8) == "at once\n");

  const std::string cursor = follower->cursor();
  other->write("log", "elsewhere\n");
  FollowOptions options;
  options.cursor = cursor;
  const auto later = followerOf(*storage, "log", options);
  CHECK(nextOf(*later, out) == FollowEvent::Reset);
  CHECK(take(*later, 10) == "elsewhere\n");
  CHECK(out.empty());
}

TEST_CASE(
    "follow: an object that loses its beginning by streamMaxLen starts anew, and one that somebody trimmed is "
    "Corrupt") {
  RedisServer server;
  auto settings = settingsFor(server.url());
  settings.stream_max_len = 3;
  redis::RedisStorage storage(settings);
  for (int i = 0; i < 3; ++i) storage.append("log", std::to_string(i) + "\n");
  const auto follower = followerOf(storage, "log");
  CHECK(take(*follower, 6) == "0\n1\n2\n");
  std::string out;
  storage.append("log", "3\n");
  CHECK(nextOf(*follower, out) == FollowEvent::Reset);
  CHECK(take(*follower, 6) == "1\n2\n3\n");
  CHECK(take(*followerOf(storage, "log"), 6) == "1\n2\n3\n");
  const auto plain = openRedis(server.url());
  for (const auto* line : {"1\n", "2\n", "3\n"}) plain->append("cut", line);
  server.command({"XTRIM", "tally:cut.", "MAXLEN", "2"});
  const auto broken = followerOf(*plain, "cut");
  CHECK(codeOf([&] { nextOf(*broken, out); }) == ErrorCode::Corrupt);
}

TEST_CASE("follow: from the end, what is not there, and what is no cursor") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("log", "before\n");
  server.command({"XADD", "tally:log.", "*", "content", "open"});
  FollowOptions options;
  options.from_end = true;
  const auto follower = followerOf(*storage, "log", options);
  storage->append("log", "after\n");
  CHECK(take(*follower, 7) == "\nafter\n");

  const auto early = followerOf(*storage, "later");
  CHECK(quiet(*early) == FollowEvent::Nothing);
  storage->append("later", "1");
  CHECK(take(*early, 1) == "1");
  storage->write("d/x", "1");
  options.must_exist = true;
  CHECK(codeOf([&] { followerOf(*storage, "gone", options); }) == ErrorCode::NotFound);
  CHECK(codeOf([&] { followerOf(*storage, "d", options); }) == ErrorCode::IsADirectory);
  const std::string other = followerOf(*storage, "later")->cursor();
  for (const std::string& text : {std::string("nonsense"), std::string("r1.1.2"), other}) {
    FollowOptions at;
    at.cursor = text;
    CAPTURE(text);
    CHECK(codeOf([&] { followerOf(*storage, "log", at); }) == ErrorCode::InvalidArgument);
  }
}

TEST_CASE("follow: cancelled at once, and it goes on afterwards") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("log", "1");
  const auto follower = followerOf(*storage, "log");
  CHECK(take(*follower, 1) == "1");
  std::stop_source stop;
  Call call;
  call.cancel = CancelToken(stop.get_token());
  std::string out;
  StringSink sink(out);
  std::jthread later([&] { stop.request_stop(); });
  const auto begin = Call::Clock::now();
  CHECK(codeOf([&] { follower->next(sink, 0, call); }) == ErrorCode::Cancelled);
  CHECK(Call::Clock::now() - begin < 1s);
  storage->append("log", "2");
  CHECK(take(*follower, 1) == "2");
}

TEST_CASE("follow: a cut connection and a restart of the server lose and double nothing") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  auto settings = settingsFor(server.url());
  settings.retry_time = 20s;
  redis::RedisStorage writer(settingsFor(server.url())), reader(settings);
  writer.append("log", "0\n");
  const auto follower = followerOf(reader, "log");
  std::string out = take(*follower, 2), expected = "0\n";
  for (int i = 1; i < 6; ++i) {
    const std::string line = std::to_string(i) + "\n";
    if (i % 2 == 1) {
      server.command({"CLIENT", "KILL", "TYPE", "normal"});
    } else {
      server.process().kill();
      server.restart();
    }
    test::waitUntil("the append lands", [&] {
      try {
        writer.append("log", line);
        return true;
      } catch (const Error&) {
        return false;
      }
    });
    expected += line;
    out += take(*follower, 2);
  }
  CHECK(out == expected);
}

TEST_CASE("follow: a server that becomes a replica and a master again is not an object that was removed") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("log", "1");
  const auto follower = followerOf(*storage, "log");
  CHECK(take(*follower, 1) == "1");
  std::jthread failover([&] {
    test::waitUntil("the follower waits", [&] { return server.info("blocked_clients") == "1"; });
    server.command({"REPLICAOF", "127.0.0.1", std::to_string(test::freePort())});
    server.command({"REPLICAOF", "NO", "ONE"});
    server.command({"XADD", "tally:log.", "*", "content", "2"});
  });
  CHECK(take(*follower, 1) == "2");
}

TEST_CASE("follow: an append reaches a follower in under a millisecond") {
  RedisServer server;
  const auto storage = openRedis(server.socketUrl()), other = openRedis(server.socketUrl());
  storage->append("log", "0");
  const auto follower = followerOf(*other, "log");
  take(*follower, 1);
  std::atomic<Call::Clock::time_point> arrived{};
  auto best = Call::Clock::duration::max();
  for (int i = 0; i < 50; ++i) {
    std::jthread waiting([&] {
      take(*follower, 1);
      arrived = Call::Clock::now();
    });
    test::waitUntil("the follower waits", [&] { return server.info("blocked_clients") == "1"; });
    const auto sent = Call::Clock::now();
    storage->append("log", "x");
    waiting.join();
    best = std::min(best, arrived.load() - sent);
  }
  MESSAGE("fastest delivery in us: " << std::chrono::duration_cast<std::chrono::microseconds>(best).count());
  CHECK(best < 1ms);
}
