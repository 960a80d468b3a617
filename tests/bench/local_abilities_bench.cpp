// What the abilities of the local backend are worth: against the same work one by one, and against bare system calls.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "local/local_storage.hpp"
#include "support/temp_dir.hpp"

namespace {

using namespace tally;
using local::Durability;
using local::LocalStorage;

constexpr std::size_t kObjects = 64;
constexpr int kLines = 1000;
const std::string kKilobyte(1024, 'x');
const std::string kLine = std::string(299, 'x') + '\n';

struct MustSucceed final : BatchSink {
  void take(std::size_t, std::string_view, const StorageStat&) override {}
  void fail(std::size_t, const Error& error) override { throw Error(error); }
};

void writeMany(benchmark::State& state, bool in_batches) {
  const test::TempDir folder;
  LocalStorage storage({folder.path(), true, Durability::Full});
  BatchByOnes by_ones(storage);
  Batch& batch = in_batches ? static_cast<Batch&>(storage) : by_ones;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kObjects; ++i) names.push_back("folder/object" + std::to_string(i));
  const Batch::Keys keys(names.begin(), names.end());
  const std::vector<std::string_view> contents(kObjects, kKilobyte);
  MustSucceed out;
  for (auto _ : state) batch.writeMany(keys, contents, {}, out, Call());
}

void must(bool done) {
  if (!done) throw std::runtime_error("a system call failed");
}

// The quickest that one thread can do: the kernel is told to write before anybody waits, and the folder is synced once.
void replaceTogether(int dir, const std::vector<std::string>& names) {
  std::vector<int> files;
  for (const std::string& name : names) {
    const int file = ::openat(dir, (name + ".new").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    must(::write(file, kKilobyte.data(), kKilobyte.size()) == static_cast<ssize_t>(kKilobyte.size()));
    must(::sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE) == 0);
    files.push_back(file);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    must(::fdatasync(files[i]) == 0 && ::close(files[i]) == 0);
    must(::renameat(dir, (names[i] + ".new").c_str(), dir, names[i].c_str()) == 0);
  }
  must(::fsync(dir) == 0);
}

void writeManyBare(benchmark::State& state) {
  const test::TempDir folder;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kObjects; ++i) names.push_back("object" + std::to_string(i));
  const int dir = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (auto _ : state) replaceTogether(dir, names);
  ::close(dir);
}

void appendMany(benchmark::State& state, Durability durability) {
  const test::TempDir folder;
  LocalStorage storage({folder.path(), true, durability});
  const auto stream = storage.openAppendStream("log", {}, Call());
  for (auto _ : state) {
    std::uint64_t last = 0;
    for (int i = 0; i < kLines; ++i) last = stream->submit(kLine).value();
    stream->wait(last, Call());
  }
}

void appendManyBare(benchmark::State& state, bool durable) {
  const test::TempDir folder;
  const int file = ::open((folder.path() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  std::string all;
  for (auto _ : state) {
    all.clear();
    for (int i = 0; i < kLines; ++i) all += kLine;
    must(::write(file, all.data(), all.size()) == static_cast<ssize_t>(all.size()));
    if (durable) must(::fdatasync(file) == 0);
  }
  ::close(file);
}

// From the start of an append until another thread, asleep before, has its bytes.
void appendToFollower(benchmark::State& state) {
  const test::TempDir folder;
  LocalStorage storage({folder.path(), true, Durability::Process});
  const auto follower = storage.openFollower("log", {}, Call());
  std::atomic<Call::Clock::rep> arrived = 0;
  std::jthread reader([&](const std::stop_token& stop) {
    Call call;
    call.cancel = stop;
    std::string bytes;
    try {
      for (;;) {
        StringSink sink(bytes);
        follower->next(sink, 0, call);
        arrived = Call::Clock::now().time_since_epoch().count();
        arrived.notify_one();
      }
    } catch (const Error&) {
      return;
    }
  });
  for (auto _ : state) {
    const auto last = arrived.load();
    const auto begin = Call::Clock::now().time_since_epoch();
    storage.append("log", kLine);
    arrived.wait(last);
    state.SetIterationTime(std::chrono::duration<double>(Call::Clock::duration(arrived) - begin).count());
  }
}

}  // namespace

BENCHMARK_CAPTURE(writeMany, ones, false)->UseRealTime()->Iterations(10);
BENCHMARK(writeManyBare)->UseRealTime()->Iterations(10);
BENCHMARK_CAPTURE(writeMany, batch, true)->UseRealTime()->Iterations(10);
BENCHMARK_CAPTURE(appendManyBare, durable, true)->UseRealTime()->Iterations(50);
BENCHMARK_CAPTURE(appendMany, durable, Durability::Full)->UseRealTime()->Iterations(50);
BENCHMARK_CAPTURE(appendManyBare, process, false)->UseRealTime()->Iterations(50);
BENCHMARK_CAPTURE(appendMany, process, Durability::Process)->UseRealTime()->Iterations(50);
BENCHMARK(appendToFollower)->UseManualTime()->Iterations(1000);
