// Listing 100,000 entries against a bare getdents64 loop over the same folder, and ten names out of it.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

#include "local/local_storage.hpp"
#include "support/temp_dir.hpp"

namespace {

constexpr int kEntries = 100000;

// Made once; names in no particular order on disk. Ten files of 10,000 names each: a listing sees names, and making
// as many files would take longer than all that is measured.
const std::filesystem::path& bigFolder() {
  static const tally::test::TempDir folder;
  static const std::filesystem::path kRoot = [] {
    std::filesystem::path file;
    std::filesystem::create_directory(folder.path() / "big");
    for (int i = 0; i < kEntries; ++i) {
      const std::string name = "conversation-" + std::to_string((i * 7919LL) % 1000003);
      const auto path = folder.path() / "big" / name;
      if (i % 10000 == 0) {
        ::close(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
        file = path;
      } else {
        std::filesystem::create_hard_link(file, path);
      }
    }
    return folder.path();
  }();
  return kRoot;
}

struct CountingSink final : tally::EntrySink {
  std::size_t count = 0;
  void take(std::string_view, bool) override { ++count; }
};

void listBare(benchmark::State& state) {
  std::vector<char> buffer(32768);
  const auto path = bigFolder() / "big";
  for (auto _ : state) {
    const int dir = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (::syscall(SYS_getdents64, dir, buffer.data(), buffer.size()) > 0) {
    }
    ::close(dir);
  }
}

void listLocal(benchmark::State& state) {
  tally::local::LocalStorage storage({bigFolder()});
  for (auto _ : state) {
    CountingSink sink;
    storage.list("big", {}, sink, {});
    if (sink.count != kEntries) state.SkipWithError("entries are missing");
  }
}

void listPage(benchmark::State& state) {
  tally::local::LocalStorage storage({bigFolder()});
  for (auto _ : state) {
    CountingSink sink;
    storage.list("big", {"conversation-5", 10}, sink, {});
    if (sink.count != 10) state.SkipWithError("entries are missing");
  }
}

}  // namespace

BENCHMARK(listBare)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(listLocal)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(listPage)->UseRealTime()->Unit(benchmark::kMillisecond);
