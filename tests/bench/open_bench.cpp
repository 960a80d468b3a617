// Opening a store in a fresh process, plugin load included.

#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "bench/bench_config.hpp"
#include "support/temp_dir.hpp"
#include "tally/tally_store.hpp"

namespace {

// Seconds that TallyStore::open took in a child that has not loaded anything yet; negative when it failed.
double openInChild(const tally::Config& config) {
  int channel[2];
  if (::pipe(channel) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    double seconds = -1;
    try {
      const auto begin = std::chrono::steady_clock::now();
      const auto store = tally::TallyStore::open(config);
      seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    } catch (const tally::Error&) {
      seconds = -1;
    }
    ::_exit(::write(channel[1], &seconds, sizeof seconds) == sizeof seconds ? 0 : 1);
  }
  double seconds = -1;
  const bool told = ::read(channel[0], &seconds, sizeof seconds) == sizeof seconds;
  ::waitpid(child, nullptr, 0);
  ::close(channel[0]);
  ::close(channel[1]);
  return told ? seconds : -1;
}

void openStore(benchmark::State& state) {
  const tally::test::TempDir folder;
  const tally::Config config = tally::bench::localConfig(folder.path().string(), "full");
  for (auto _ : state) {
    const double seconds = openInChild(config);
    if (seconds < 0) state.SkipWithError("the store can't be opened");
    state.SetIterationTime(seconds < 0 ? 1 : seconds);
  }
}

}  // namespace

BENCHMARK(openStore)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(20);
