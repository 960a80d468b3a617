// Batches and append streams, on a single server and on a cluster.

#include <stop_token>
#include <thread>

#include "redis/redis_server.hpp"
#include "support/doctest.hpp"
#include "tally/conformance/fault_proxy.hpp"
#include "tally/extensions/append_stream.hpp"
#include "tally/extensions/batch.hpp"

using namespace tally;
using namespace std::chrono_literals;
using conformance::Fault;
using conformance::FaultProxy;
using test::codeOf;
using test::openRedis;
using test::RedisServer;

namespace {

struct Results final : BatchSink {
  std::vector<std::string> contents;
  std::vector<StorageStat> stats;
  std::vector<std::optional<ErrorCode>> codes;
  std::vector<int> times;
  explicit Results(std::size_t count) : contents(count), stats(count), codes(count), times(count) {}
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    contents.at(index) = content;
    stats.at(index) = stat;
    ++times.at(index);
  }
  void fail(std::size_t index, const Error& error) override {
    codes.at(index) = error.code();
    ++times.at(index);
  }
  bool isComplete() const {
    return std::all_of(times.begin(), times.end(), [](int count) { return count == 1; });
  }
};

std::vector<std::string> keysOf(int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i) keys.push_back("d/" + std::to_string(i) + ".json");
  return keys;
}

void tryBatches(IStorage& storage) {
  Batch& batch = *storage.extension<Batch>();
  const auto names = keysOf(1500);
  const Batch::Keys keys(names.begin(), names.end());
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < keys.size(); ++i) texts.push_back(i == 7 ? std::string(200'000, 'x') : names[i]);
  const std::vector<std::string_view> contents(texts.begin(), texts.end());
  for (int round = 0; round < 2; ++round) {
    Results written(keys.size());
    batch.writeMany(keys, contents, {}, written, {});
    CHECK(written.isComplete());
    CHECK(written.stats[3].version == storage.stat(names[3])->version);
  }
  CHECK(storage.list("d").size() == keys.size());
  WriteOptions fresh;
  fresh.if_absent = true;
  Results refused(2);
  batch.writeMany({names[0], "d/fresh"}, {"1", "2"}, fresh, refused, {});
  CHECK(refused.codes[0] == ErrorCode::AlreadyExists);
  CHECK_FALSE(refused.codes[1].has_value());
  storage.remove(names[9]);
  Results read(keys.size());
  batch.readMany(keys, read, {});
  CHECK(read.isComplete());
  CHECK(read.codes[9] == ErrorCode::NotFound);
  read.contents[9] = texts[9];
  CHECK(read.contents == texts);
  CHECK(read.stats[7].size == texts[7].size());
  Results stats(3);
  batch.statMany({names[1], names[9], "d"}, stats, {});
  CHECK(stats.stats[0].version == read.stats[1].version);
  CHECK(stats.codes[1] == ErrorCode::NotFound);
  CHECK(stats.stats[2].is_directory);
  Results removed(3);
  batch.removeMany({names[1], names[9], "d"}, {}, removed, {});
  CHECK_FALSE(removed.codes[0].has_value());
  CHECK(removed.codes[1] == ErrorCode::NotFound);
  CHECK(removed.codes[2] == ErrorCode::IsADirectory);
  CHECK_FALSE(storage.stat(names[1]).has_value());
  RemoveOptions all;
  all.recursive = true;
  Results gone(2);
  batch.removeMany({"d", "none"}, all, gone, {});
  CHECK_FALSE(gone.codes[0].has_value());
  CHECK(gone.codes[1] == ErrorCode::NotFound);
  CHECK(storage.list("").empty());
}

// Submit each, waiting where the window is full, and all in the end. The last size comes back.
std::uint64_t appendAll(AppendStream& stream, const std::vector<std::string>& contents) {
  std::uint64_t next = 0, ticket = 0;
  for (const auto& content : contents) {
    auto given = stream.submit(content);
    while (!given) {
      stream.wait(next++, {});
      given = stream.submit(content);
    }
    ticket = *given;
  }
  return *stream.wait(ticket, {});
}

void tryAppendStream(IStorage& storage, int count) {
  AppendStreamOptions options;
  options.window_count = 100;
  options.window_bytes = 50'000;
  std::vector<std::string> contents;
  std::string expected;
  for (int i = 0; i < count; ++i) {
    contents.push_back(i == 5 ? std::string(150'000, 'x') + "\n" : "line " + std::to_string(i) + "\n");
    expected += contents.back();
  }
  const auto stream = storage.extension<AppendStreams>()->openAppendStream("a/log", options, {});
  CHECK(appendAll(*stream, contents) == expected.size());
  CHECK(stream->wait(0, {}) == contents[0].size());
  CHECK(storage.read("a/log") == expected);
  CHECK(storage.list("a").size() == 1);
  CHECK(codeOf([&] { stream->wait(1'000'000, {}); }) == ErrorCode::InvalidArgument);
}

}  // namespace

TEST_CASE("batch: many objects on a single server") {
  RedisServer server;
  tryBatches(*openRedis(server.url()));
}

TEST_CASE("batch and append stream on a cluster") {
  test::RedisCluster cluster;
  auto settings = test::settingsFor(cluster.url());
  settings.retry_time = 10s;
  redis::RedisStorage storage(settings);
  tryBatches(storage);
  tryAppendStream(storage, 500);
}

TEST_CASE("batch: without a server it fails as a whole or item by item, never silently") {
  auto settings = test::settingsFor("redis://127.0.0.1:" + std::to_string(test::freePort()));
  settings.retry_time = 100ms;
  redis::RedisStorage storage(settings);
  Results results(2);
  const ErrorCode code = codeOf([&] {
    storage.extension<Batch>()->readMany({"a", "b"}, results, {});
    if (results.isComplete() && results.codes[0] == results.codes[1]) throw Error(*results.codes[0], "");
  });
  CHECK(code == ErrorCode::Unavailable);
}

TEST_CASE("batch: when it is stopped between two parts, each item still has its result") {
  struct Stopping final : BatchSink {
    Results results;
    std::stop_source stop;
    explicit Stopping(std::size_t count) : results(count) {}
    void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
      results.take(index, content, stat);
      stop.request_stop();
    }
    void fail(std::size_t index, const Error& error) override { results.fail(index, error); }
  };
  RedisServer server;
  const auto storage = openRedis(server.url());
  Batch& batch = *storage->extension<Batch>();
  const auto names = keysOf(1500);
  const Batch::Keys keys(names.begin(), names.end());
  const auto expectStopped = [&](const auto& act) {
    Stopping out(keys.size());
    Call call;
    call.cancel = CancelToken(out.stop.get_token());
    act(out, call);
    CHECK(out.results.isComplete());
    CHECK_FALSE(out.results.codes[999].has_value());
    CHECK(out.results.codes[1000] == ErrorCode::Cancelled);
    CHECK(out.results.codes[1499] == ErrorCode::Cancelled);
  };
  expectStopped([&](BatchSink& out, const Call& call) { batch.writeMany(keys, keys, {}, out, call); });
  expectStopped([&](BatchSink& out, const Call& call) { batch.readMany(keys, out, call); });
  expectStopped([&](BatchSink& out, const Call& call) { batch.statMany(keys, out, call); });
  expectStopped([&](BatchSink& out, const Call& call) { batch.removeMany(keys, {}, out, call); });
  CHECK(storage->list("").empty());
}

TEST_CASE("append stream: in order, by bites, with the sizes") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  tryAppendStream(*storage, 3000);
  storage->write("b/x", "1");
  CHECK(codeOf([&] { storage->extension<AppendStreams>()->openAppendStream("b", {}, {}); }) == ErrorCode::IsADirectory);
}

TEST_CASE("append stream: the window fills while the server hangs, and a wait ends at its deadline") {
  RedisServer server;
  const auto storage = openRedis(server.url());
  AppendStreamOptions options;
  options.window_count = 3;
  const auto stream = storage->extension<AppendStreams>()->openAppendStream("log", options, {});
  server.process().stop();
  for (int i = 0; i < 3; ++i) CHECK(stream->submit("x") == static_cast<std::uint64_t>(i));
  CHECK_FALSE(stream->submit("x").has_value());
  CHECK(codeOf([&] { stream->wait(0, Call::within(50ms)); }) == ErrorCode::Timeout);
  server.process().resume();
  CHECK(stream->wait(2, {}) == 3);
  CHECK(stream->submit("x") == 3);
}

TEST_CASE("append stream: answers that were lost are asked for again, and each append is there once") {
  RedisServer server;
  FaultProxy proxy("127.0.0.1:" + std::to_string(server.port()));
  const auto storage = openRedis("redis://" + proxy.address());
  const auto stream = storage->extension<AppendStreams>()->openAppendStream("log", {}, {});
  std::string expected;
  for (const Fault fault : {Fault::CutBefore, Fault::CutAfter, Fault::CutAnswer}) {
    proxy.arm({fault});
    const std::string line = "line " + std::to_string(static_cast<int>(fault)) + "\n";
    expected += line;
    CHECK(stream->wait(*stream->submit(line), {}) == expected.size());
    CHECK(proxy.left() == 0);
  }
  CHECK(storage->read("log") == expected);
}

TEST_CASE("append stream: after a failure it is over, says so each time, and what was acknowledged is there") {
  RedisServer server;
  auto settings = test::settingsFor(server.url());
  settings.retry_time = 100ms;
  redis::RedisStorage storage(settings);
  const auto stream = storage.extension<AppendStreams>()->openAppendStream("log", {}, {});
  CHECK(stream->wait(*stream->submit("kept"), {}) == 4);
  server.process().stop();
  CHECK(stream->submit("lost"));
  server.process().kill();
  const auto failed = [&] { stream->wait(1, {}); };
  CHECK(codeOf(failed) == ErrorCode::OutcomeUnknown);
  CHECK(test::messageOf(failed).find("append 1 ") != std::string::npos);
  CHECK(codeOf([&] { static_cast<void>(stream->submit("more")); }) == ErrorCode::OutcomeUnknown);
}
