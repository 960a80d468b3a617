// Appends with a token land once, and appends that drop the beginning leave an object that can be read.

#include "redis/lua/scripts.hpp"
#include "redis/redis_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"
#include "tally/extensions/append_stream.hpp"

using namespace tally;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::FaultProxy;
using conformance::Strike;
using test::codeOf;
using test::openRedis;
using test::RedisServer;
using test::settingsFor;

namespace {

AppendOptions token(std::string_view text) {
  AppendOptions options;
  options.token = text;
  return options;
}

std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

void appendLines(IStorage& storage, std::string_view key, int count) {
  for (int i = 0; i < count; ++i) storage.append(key, lines(i, i + 1));
}

}  // namespace

TEST_CASE("tokens: streamMaxLen counts what is added, so an empty append drops nothing") {
  RedisServer server;
  const auto whole = openRedis(server.url());
  auto settings = settingsFor(server.url());
  settings.stream_max_len = 10;
  redis::RedisStorage storage(settings);

  appendLines(*whole, "long", 20);
  CHECK(storage.append("long", "") == lines(0, 20).size());
  CHECK(storage.read("long") == lines(0, 20));
  storage.append("long", "+\n");
  CHECK(storage.read("long") == lines(11, 20) + "+\n");

  appendLines(storage, "full", 10);
  CHECK(storage.append("full", "") == lines(0, 10).size());
  CHECK(storage.read("full") == lines(0, 10));

  const std::string large(std::size_t{15} << 16, 'b');
  storage.write("large", large);
  CHECK(storage.append("large", "") == large.size());
  CHECK(storage.read("large") == large);
}

TEST_CASE("tokens: streamMaxLen with empty appends in a stream, also behind a line of others") {
  RedisServer server;
  auto settings = settingsFor(server.url());
  settings.stream_max_len = 10;
  redis::RedisStorage storage(settings);
  const auto appendMixed = [&](std::string_view key) {
    const auto stream = storage.extension<AppendStreams>()->openAppendStream(key, {}, {});
    std::uint64_t last = 0;
    for (const auto* content : {"", "a\n", "", "b\n", "", "c\n", ""}) last = stream->submit(content).value();
    stream->wait(last, {});
  };
  appendLines(storage, "full", 10);
  appendMixed("full");
  CHECK(storage.read("full") == lines(3, 10) + "a\nb\nc\n");
  CHECK(storage.stat("full")->size == storage.read("full").size());
  server.command({"XADD", "tally:theirs.", "*", "content", "open"});
  appendMixed("theirs");
  CHECK(storage.read("theirs") == "open\na\nb\nc\n");
  appendMixed("new");
  CHECK(storage.read("new") == "a\nb\nc\n");
}

TEST_CASE("tokens: behind a line of others that is not ended, the expected size is what stat says") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  server.command({"XADD", "tally:theirs.", "*", "content", "open"});
  AppendOptions at;
  at.expected_size = storage->stat("theirs")->size;
  CHECK(storage->append("theirs", "more", at) == 9);
}

TEST_CASE("tokens: the latest ones are kept, however large the object was before") {
  RedisServer server;
  const auto storage = openRedis(server.socketUrl());
  const std::string line(100, 'x');
  for (int i = 0; i < 10'050; ++i) storage->append("log", line, token(std::to_string(i)));
  storage->write("log", "new\n");
  CHECK(storage->append("log", "once\n", token("again")) == 9);
  CHECK(storage->append("log", "once\n", token("again")) == 9);
  CHECK(storage->append("log", line, token("10049")) == 10'050 * line.size());
  CHECK(storage->append("log", line, token("51")) == 52 * line.size());
  CHECK(storage->read("log") == "new\nonce\n");
  CHECK(storage->append("log", "2\n", token("0")) == 11);  // forgotten for the 10,000 behind it
}

TEST_CASE("tokens: a replacement keeps them, and a removal forgets them") {
  RedisServer server;
  const auto storage = openRedis(server.url()), other = openRedis(server.url());
  storage->append("log", "a\n", token("t"));
  other->write("log", "a\nb\n");
  CHECK(storage->append("log", "a\n", token("t")) == 2);
  CHECK(storage->read("log") == "a\nb\n");
  other->remove("log");
  CHECK(storage->append("log", "a\n", token("t")) == 2);
  CHECK(storage->read("log") == "a\n");
  server.command({"DEL", "tally:log."});  // as an object that has expired
  CHECK(storage->append("log", "a\n", token("t")) == 2);
  CHECK(storage->read("log") == "a\n");
}

TEST_CASE("tokens: an append that was sent and gives up without an answer is OutcomeUnknown") {
  RedisServer server;
  FaultProxy proxy(server.address());
  auto settings = settingsFor("redis://" + proxy.address());
  settings.command_timeout = 300ms;
  settings.retry_time = 300ms;
  redis::RedisStorage storage(settings);
  storage.append("log", "1\n", token("1"));
  const auto expectOpen = [&](const Call& call) {
    CHECK(codeOf([&] { storage.append("log", "2\n", token("2"), call); }) == ErrorCode::OutcomeUnknown);
    proxy.disarm();
  };
  proxy.arm({Fault::Hang});
  expectOpen({});  // 'commandTimeout'
  proxy.arm({Fault::Hang});
  expectOpen(Call::within(100ms));
  proxy.arm({Fault::CutAfter, Strike::kForEver});
  expectOpen({});  // lost again and again, for all of 'retryTime'
  proxy.arm({Fault::CutAfter, Strike::kForEver});
  expectOpen(Call::within(100ms));
  proxy.arm({Fault::Hang});
  std::stop_source stop;
  Call call;
  call.cancel = CancelToken(stop.get_token());
  std::jthread later([&] {
    test::waitUntil("it is sent", [&] { return proxy.left() == 0; });
    stop.request_stop();
  });
  expectOpen(call);
}

TEST_CASE("tokens: an append that was never sent says so") {
  auto settings = settingsFor("redis://127.0.0.1:" + std::to_string(test::freePort()));
  settings.retry_time = 100ms;
  redis::RedisStorage storage(settings);
  CHECK(codeOf([&] { storage.append("log", "1\n", token("1")); }) == ErrorCode::Unavailable);
}
