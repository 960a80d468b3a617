// Opening a store in a fresh process, plugin load included.

#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "bench/bench_config.hpp"
#include "support/temp_dir.hpp"
#include "tally/create_storage.hpp"
#include "tally/tally_store.hpp"

namespace {

// Seconds that `action` took in a child that has not loaded anything yet; negative when it failed.
template <typename Action>
double secondsInChild(Action&& action) {
  int channel[2];
  if (::pipe(channel) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    double seconds = -1;
    try {
      const auto begin = std::chrono::steady_clock::now();
      action();
      seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    } catch (const std::exception&) {
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

template <typename Action>
void inChildren(benchmark::State& state, Action&& action) {
  for (auto _ : state) {
    const double seconds = secondsInChild(action);
    if (seconds < 0) state.SkipWithError("it failed in the child");
    state.SetIterationTime(seconds < 0 ? 1 : seconds);
  }
}

void openStore(benchmark::State& state) {
  const tally::test::TempDir folder;
  const tally::Config config = tally::bench::localConfig(folder.path().string(), "full");
  inChildren(state, [&] { const auto store = tally::TallyStore::open(config); });
}

// All checks of a plugin that was tried before, dlopen, init and create.
void loadPlugin(benchmark::State& state) {
  const tally::test::TempDir folder;
  const tally::Config config = tally::bench::localConfig(folder.path().string(), "full");
  inChildren(state, [&] { const auto storage = tally::createStorage(config); });
}

void loadBare(benchmark::State& state) {
  inChildren(state, [] {
    if (::dlopen(TALLY_PLUGINS_DIR "/libtally_local.so", RTLD_NOW | RTLD_LOCAL) == nullptr) {
      throw std::runtime_error("the plugin can't be opened");
    }
  });
}

}  // namespace

BENCHMARK(openStore)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(20);
BENCHMARK(loadPlugin)->UseManualTime()->Unit(benchmark::kMicrosecond)->Iterations(20);
BENCHMARK(loadBare)->UseManualTime()->Unit(benchmark::kMicrosecond)->Iterations(20);
