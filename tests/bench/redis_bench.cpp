// The redis backend against the same commands by bare hiredis, over the socket of one server.

#include <benchmark/benchmark.h>
#include <hiredis/hiredis.h>

#include <stdexcept>
#include <vector>

#include "redis/redis_server.hpp"

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

// Ten names of a directory, on a server with a hundred thousand other keys.
void fill() {
  static const bool kFilled = [] {
    bench().ask("EVAL %s 0", "for i = 1, 100000 do redis.call('SET', 'other:' .. i, 'x') end");
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
