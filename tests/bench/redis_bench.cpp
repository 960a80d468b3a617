// The redis backend against the same commands by bare hiredis, over the socket of one server.

#include <benchmark/benchmark.h>
#include <hiredis/hiredis.h>

#include <stdexcept>
#include <vector>

#include "redis/redis_server.hpp"
#include "tally/extensions/append_stream.hpp"
#include "tally/extensions/batch.hpp"

namespace {

using tally::test::RedisServer;

const std::string kKilobyte(1024, 'x'), kMegabyte(1 << 20, 'x');

// One server for all; a storage and a bare connection to it.
struct Bench {
  RedisServer server;
  std::unique_ptr<tally::redis::RedisStorage> storage = tally::test::openRedis(server.socketUrl());
  tally::redis::Context bare{redisConnectUnix(server.socketPath().c_str())};

  Bench() {
    storage->write("d/kilobyte", kKilobyte);
    storage->write("d/megabyte", kMegabyte);
  }
  template <typename... Arguments>
  tally::redis::Reply ask(const char* format, Arguments... arguments) {
    tally::redis::Reply reply(static_cast<redisReply*>(redisCommand(bare.get(), format, arguments...)));
    if (!reply || reply->type == REDIS_REPLY_ERROR) throw std::runtime_error("the bare command failed");
    return reply;
  }
};

Bench& bench() {
  static Bench one;
  return one;
}

void redisReplaceBare(benchmark::State& state) {
  for (auto _ : state) {
    redisAppendCommand(bench().bare.get(), "MULTI");
    redisAppendCommand(bench().bare.get(), "DEL bare");
    redisAppendCommand(bench().bare.get(), "XADD bare * content %b", kKilobyte.data(), kKilobyte.size());
    redisAppendCommand(bench().bare.get(), "EXEC");
    for (int i = 0; i < 4; ++i) {
      void* reply = nullptr;
      redisGetReply(bench().bare.get(), &reply);
      freeReplyObject(reply);
    }
  }
}
void redisReplace(benchmark::State& state) {
  for (auto _ : state) bench().storage->write("d/replaced", kKilobyte);
}

void redisAppendBare(benchmark::State& state) {
  for (auto _ : state) bench().ask("XADD log * content %b", kKilobyte.data(), kKilobyte.size());
}
// What the server takes for any append that looks before it adds: a script of just these two commands.
void redisScriptBare(benchmark::State& state) {
  const char* script =
      "redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1) return redis.call('XADD', KEYS[1], '*', 'content', "
      "ARGV[1])";
  const auto loaded = bench().ask("SCRIPT LOAD %s", script);
  for (auto _ : state) {
    bench().ask("EVALSHA %s 1 scripted %b", loaded->str, kKilobyte.data(), kKilobyte.size());
  }
}
void redisAppend(benchmark::State& state) {
  for (auto _ : state) bench().storage->append("d/log", kKilobyte);
}

void redisReadBare(benchmark::State& state, const char* stream) {
  for (auto _ : state) {
    const auto reply = bench().ask("XRANGE %s - +", stream);
    std::string out;  // a new one each time, as a caller of the storage gets it
    for (std::size_t i = 0; i < reply->elements; ++i) {
      const redisReply* content = reply->element[i]->element[1]->element[1];
      out.append(content->str, content->len);
    }
    benchmark::DoNotOptimize(out.data());
  }
}
void redisRead(benchmark::State& state, const char* key) {
  for (auto _ : state) benchmark::DoNotOptimize(bench().storage->read(key));
}

void redisStatBare(benchmark::State& state) {
  for (auto _ : state) bench().ask("XREVRANGE tally:d:kilobyte. + - COUNT 1");
}
void redisStat(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(bench().storage->stat("d/kilobyte"));
}

// Ten names of a directory, on a server with a million other keys.
void fill() {
  static const bool kFilled = [] {
    bench().ask("DEBUG POPULATE 1000000");
    for (int i = 0; i < 10; ++i) bench().storage->write("ten/" + std::to_string(i), "x");
    return true;
  }();
  benchmark::DoNotOptimize(kFilled);
}
void redisListBare(benchmark::State& state) {
  fill();
  for (auto _ : state) {
    const auto reply = bench().ask("ZRANGEBYLEX tally:%%{tally:index}:ten - + LIMIT 0 5000");
    std::vector<std::string> names;
    for (std::size_t i = 0; i < reply->elements; ++i) names.emplace_back(reply->element[i]->str);
    benchmark::DoNotOptimize(names.data());
  }
}
void redisList(benchmark::State& state) {
  fill();
  for (auto _ : state) benchmark::DoNotOptimize(bench().storage->list("ten"));
}

// A thousand objects in one go, against a pipeline of the same questions.
constexpr int kMany = 1000;
const std::vector<std::string>& manyKeys() {
  static const std::vector<std::string> kKeys = [] {
    std::vector<std::string> keys;
    for (int i = 0; i < kMany; ++i) keys.push_back("many/" + std::to_string(i) + ".json");
    for (const auto& key : keys) bench().storage->write(key, kKilobyte);
    return keys;
  }();
  return kKeys;
}
void redisBatchBare(benchmark::State& state) {
  manyKeys();
  for (auto _ : state) {
    for (int i = 0; i < kMany; ++i) redisAppendCommand(bench().bare.get(), "XRANGE tally:many:%d - +", i);
    for (int i = 0; i < kMany; ++i) {
      void* reply = nullptr;
      redisGetReply(bench().bare.get(), &reply);
      const tally::redis::Reply entries(static_cast<redisReply*>(reply));
      const redisReply* content = entries->element[0]->element[1]->element[1];
      benchmark::DoNotOptimize(std::string(content->str, content->len));
    }
  }
}
void redisBatch(benchmark::State& state) {
  struct Contents final : tally::BatchSink {
    void take(std::size_t, std::string_view content, const tally::StorageStat&) override {
      benchmark::DoNotOptimize(std::string(content));
    }
    void fail(std::size_t, const tally::Error& error) override { throw error; }
  } contents;
  const tally::Batch::Keys keys(manyKeys().begin(), manyKeys().end());
  auto& batch = *bench().storage->extension<tally::Batch>();
  for (auto _ : state) batch.readMany(keys, contents, {});
}

// Appends on their way, 1,000 at a time, against a pipeline of as many.
void redisPipelineBare(benchmark::State& state) {
  for (auto _ : state) {
    for (int i = 0; i < kMany; ++i) {
      redisAppendCommand(bench().bare.get(), "XADD piped * content %b", kKilobyte.data(), kKilobyte.size());
    }
    for (int i = 0; i < kMany; ++i) {
      void* reply = nullptr;
      redisGetReply(bench().bare.get(), &reply);
      freeReplyObject(reply);
    }
  }
}
void redisAppendStream(benchmark::State& state) {
  tally::AppendStreamOptions options;
  options.window_count = 2 * kMany;
  const auto stream = bench().storage->extension<tally::AppendStreams>()->openAppendStream("d/streamed", options, {});
  std::uint64_t last = 0;
  for (auto _ : state) {
    for (int i = 0; i < kMany; ++i) last = stream->submit(kKilobyte).value();
    stream->wait(last, {});
  }
}

}  // namespace

BENCHMARK(redisReplaceBare)->Name("writeBare/redis")->UseRealTime();
BENCHMARK(redisReplace)->Name("writeOurs/redis")->UseRealTime();
BENCHMARK(redisAppendBare)->Name("appendBare/redis")->UseRealTime()->Iterations(2000);
BENCHMARK(redisScriptBare)->Name("appendScript/redis")->UseRealTime()->Iterations(2000);
BENCHMARK(redisAppend)->Name("appendOurs/redis")->UseRealTime()->Iterations(2000);
BENCHMARK_CAPTURE(redisReadBare, kilobyte, "tally:d:kilobyte.")->Name("readBare/redis")->UseRealTime();
BENCHMARK_CAPTURE(redisRead, kilobyte, "d/kilobyte")->Name("readOurs/redis")->UseRealTime();
BENCHMARK_CAPTURE(redisReadBare, megabyte, "tally:d:megabyte.")->Name("read1MiBBare/redis")->UseRealTime();
BENCHMARK_CAPTURE(redisRead, megabyte, "d/megabyte")->Name("read1MiBOurs/redis")->UseRealTime();
BENCHMARK(redisStatBare)->Name("statBare/redis")->UseRealTime();
BENCHMARK(redisStat)->Name("statOurs/redis")->UseRealTime();
BENCHMARK(redisListBare)->Name("listBare/redis")->UseRealTime();
BENCHMARK(redisList)->Name("listOurs/redis")->UseRealTime();
BENCHMARK(redisBatchBare)->Name("batchBare/redis")->UseRealTime();
BENCHMARK(redisBatch)->Name("batchOurs/redis")->UseRealTime();
BENCHMARK(redisPipelineBare)->Name("pipelineBare/redis")->UseRealTime()->Iterations(20);
BENCHMARK(redisAppendStream)->Name("appendStreamOurs/redis")->UseRealTime()->Iterations(20);
