// What the plugin boundary adds to a call: the memory adapter by itself, and the same one behind the C table.

#include <benchmark/benchmark.h>

#include "bench/bench_config.hpp"
#include "memory_storage.hpp"

namespace {

const std::string kKey = "conversations/conv-1/meta.json";

std::unique_ptr<tally::IStorage> open(bool plugin) {
  std::unique_ptr<tally::IStorage> storage;
  if (plugin) {
    storage = tally::bench::openMemoryPlugin();
  } else {
    storage = std::make_unique<tally::examples::MemoryStorage>();
  }
  storage->write(kKey, std::string(64, 'x'));
  return storage;
}

void stat(benchmark::State& state, bool plugin) {
  const auto storage = open(plugin);
  for (auto _ : state) benchmark::DoNotOptimize(storage->stat(kKey));
}

// Into the same string again and again: what is measured is the call, not the allocator.
void read64(benchmark::State& state, bool plugin) {
  const auto storage = open(plugin);
  std::string bytes;
  bytes.reserve(128);
  for (auto _ : state) {
    bytes.clear();
    tally::StringSink sink(bytes);
    benchmark::DoNotOptimize(storage->read(kKey, {}, sink, {}));
  }
}

}  // namespace

BENCHMARK_CAPTURE(stat, direct, false);
BENCHMARK_CAPTURE(stat, plugin, true);
BENCHMARK_CAPTURE(read64, direct, false);
BENCHMARK_CAPTURE(read64, plugin, true);
