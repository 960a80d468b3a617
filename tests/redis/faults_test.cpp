// Connections that are cut before, in and after a request, and servers that are gone, hang or refuse.

#include <chrono>
#include <thread>

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"

using namespace tally;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::FaultProxy;
using test::codeOf;
using test::messageOf;
using test::openRedis;
using test::RedisServer;
using test::settingsFor;

namespace {

using Clock = std::chrono::steady_clock;

constexpr Fault kCuts[] = {Fault::CutBefore, Fault::CutInside, Fault::CutAfter, Fault::CutAnswer};

AppendOptions token(std::string_view text) {
  AppendOptions options;
  options.token = text;
  return options;
}

// Every operation; each must fail with one of these codes, and none may pass for an empty store.
template <typename Check>
void tryAll(IStorage& storage, Check&& check) {
  check("read", [&] { storage.read("d/x"); });
  check("write", [&] { storage.write("d/x", "2"); });
  check("append", [&] { storage.append("d/x", "2"); });
  check("list", [&] { storage.list("d"); });
  check("list of the root", [&] { storage.list(""); });
  check("stat", [&] { storage.stat("d/x"); });
  check("stat of the root", [&] { storage.stat(""); });
  check("remove", [&] { storage.remove("d/x"); });
}

}  // namespace

TEST_CASE("faults: a read whose connection is cut anywhere is asked again, and whole") {
  RedisServer server;
  FaultProxy proxy(server.address());
  const auto storage = openRedis("redis://" + proxy.address());
  const std::string content(20'000, 'x');
  storage->write("d/x", content);
  for (const Fault cut : kCuts) {
    CAPTURE(static_cast<int>(cut));
    proxy.arm({cut});
    CHECK(storage->read("d/x") == content);
    proxy.arm({cut});
    CHECK(storage->stat("d/x")->size == content.size());
    proxy.arm({cut});
    CHECK(storage->list("d").size() == 1);
    CHECK(proxy.left() == 0);
  }
}

TEST_CASE("faults: a change whose connection is cut is OutcomeUnknown, and was done whole or not at all") {
  RedisServer server;
  FaultProxy proxy(server.address());
  const auto storage = openRedis("redis://" + proxy.address());
  storage->append("warm", "1");  // so that the server knows the scripts, and each change is one request
  storage->remove("warm");
  for (const Fault cut : kCuts) {
    CAPTURE(static_cast<int>(cut));
    const bool arrived = cut == Fault::CutAfter || cut == Fault::CutAnswer;
    storage->write("d/x", "old");
    proxy.arm({cut});
    CHECK(codeOf([&] { storage->write("d/x", "new"); }) == ErrorCode::OutcomeUnknown);
    CHECK(storage->read("d/x") == (arrived ? "new" : "old"));
    storage->write("d/x", "old");
    proxy.arm({cut});
    CHECK(codeOf([&] { storage->append("d/x", "+"); }) == ErrorCode::OutcomeUnknown);
    CHECK(storage->read("d/x") == (arrived ? "old+" : "old"));
    proxy.arm({cut});
    CHECK(codeOf([&] { storage->remove("d/x"); }) == ErrorCode::OutcomeUnknown);
    CHECK(storage->stat("d/x").has_value() != arrived);
  }
}

TEST_CASE("faults: an append with a token lands once, wherever and however often it is cut") {
  RedisServer server;
  FaultProxy proxy(server.address());
  const auto storage = openRedis("redis://" + proxy.address());
  std::string expected;
  int number = 0;
  for (const Fault cut : kCuts) {
    for (const int times : {1, 3}) {
      const std::string line = "line " + std::to_string(++number) + "\n";
      expected += line;
      proxy.arm({cut, times});
      CHECK(storage->append("d/log", line, token(line)) == expected.size());
      CHECK(proxy.left() == 0);
    }
  }
  CHECK(storage->read("d/log") == expected);
}

TEST_CASE("faults: a connection that the server closed while it was idle costs nothing") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->append("log", "1");
  server.command({"CLIENT", "KILL", "TYPE", "normal"});
  CHECK(storage->append("log", "2") == 2);
}

TEST_CASE("faults: without a server each operation is Unavailable in the configured time") {
  auto settings = settingsFor("redis://127.0.0.1:" + std::to_string(test::freePort()));
  settings.retry_time = 200ms;
  redis::RedisStorage storage(settings);
  tryAll(storage, [](const char* what, const auto& action) {
    CAPTURE(what);
    const auto begin = Clock::now();
    CHECK(codeOf(action) == ErrorCode::Unavailable);
    CHECK(Clock::now() - begin < 1500ms);
  });
}

TEST_CASE("faults: a server that hangs is a Timeout, or OutcomeUnknown for a change, in the configured time") {
  RedisServer server;
  auto settings = settingsFor(server.url());
  settings.command_timeout = 200ms;
  redis::RedisStorage storage(settings);
  storage.write("d/x", "1");
  server.process().stop();
  tryAll(storage, [](const char* what, const auto& action) {
    CAPTURE(what);
    const auto begin = Clock::now();
    const ErrorCode code = codeOf(action);
    CHECK((code == ErrorCode::Timeout || code == ErrorCode::OutcomeUnknown));
    CHECK(Clock::now() - begin < 2s);
  });
  server.process().resume();
  test::waitUntil("the server answers again", [&] { return storage.list("").size() <= 1; });
}

TEST_CASE("faults: a deadline and a cancellation end the wait for an answer") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->write("x", "1");
  server.process().stop();
  CHECK(codeOf([&] { storage->read("x", {}, Call::within(100ms)); }) == ErrorCode::Timeout);
  std::stop_source stop;
  Call call;
  call.cancel = CancelToken(stop.get_token());
  const auto begin = Clock::now();
  std::jthread later([&] { stop.request_stop(); });
  CHECK(codeOf([&] { storage->read("x", {}, call); }) == ErrorCode::Cancelled);
  CHECK(Clock::now() - begin < 1s);
  server.process().resume();
}

TEST_CASE("faults: a server that comes back within the time is worth the wait") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  auto settings = settingsFor(server.url());
  settings.retry_time = 20s;
  redis::RedisStorage storage(settings);
  storage.write("d/x", "kept");
  server.process().kill();
  std::string found;
  std::jthread reader([&] { found = storage.read("d/x"); });
  server.restart();
  reader.join();
  CHECK(found == "kept");
  CHECK(storage.list("d").size() == 1);
}

TEST_CASE("faults: kill -9 of a server that syncs always loses and doubles nothing that was acknowledged") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  auto settings = settingsFor(server.url());
  settings.retry_time = 20s;
  redis::RedisStorage storage(settings);
  std::atomic<bool> done{false};
  std::atomic<int> acknowledged{0};
  std::string expected;
  std::jthread writer([&] {
    for (int number = 0; !done; ++number) {
      const std::string line = "line " + std::to_string(number) + "\n";
      storage.append("d/log", line, token(line));
      expected += line;
      acknowledged = number;
    }
  });
  for (int round = 0; round < 5; ++round) {
    const int before = acknowledged;
    test::waitUntil("some more lines", [&] { return acknowledged > before + 20; });
    server.process().kill();
    server.restart();
  }
  done = true;
  writer.join();
  CHECK(storage.read("d/log") == expected);
}

TEST_CASE("faults: scripts that the server forgot are sent again") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  storage->write("x", "1");
  server.command({"SCRIPT", "FLUSH"});
  CHECK(storage->append("x", "2") == 2);
  server.command({"SCRIPT", "FLUSH"});
  CHECK(storage->read("x", {1, 1}) == "2");
}
