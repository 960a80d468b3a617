// The local backend against the same work done by bare system calls. Nothing is deleted between samples: some file
// systems skip recently deleted files one by one.

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "local/local_storage.hpp"
#include "support/temp_dir.hpp"

namespace {

using tally::local::Durability;
using tally::local::LocalStorage;

const std::string kKilobyte(1024, 'x');
const std::string kLine = std::string(299, 'x') + '\n';

void must(bool done) {
  if (!done) throw std::runtime_error("a system call failed");
}

void replaceRaw(int dir, const std::string& content, bool durable) {
  const int file = ::openat(dir, "temporary", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  must(::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
  if (durable) must(::fdatasync(file) == 0);
  must(::renameat(dir, "temporary", dir, "object") == 0);
  if (durable) must(::fsync(dir) == 0);
  must(::close(file) == 0);
}

void replaceBare(benchmark::State& state, bool durable) {
  const tally::test::TempDir folder;
  const int dir = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (auto _ : state) replaceRaw(dir, kKilobyte, durable);
  ::close(dir);
}

void replaceLocal(benchmark::State& state, bool durable) {
  const tally::test::TempDir folder;
  LocalStorage storage({folder.path(), true, durable ? Durability::Full : Durability::Process});
  for (auto _ : state) storage.write("object", kKilobyte);
}

void appendBare(benchmark::State& state) {
  const tally::test::TempDir folder;
  const int file = ::open((folder.path() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  for (auto _ : state) must(::write(file, kLine.data(), kLine.size()) == static_cast<ssize_t>(kLine.size()));
  ::close(file);
}

void appendLocal(benchmark::State& state) {
  const tally::test::TempDir folder;
  LocalStorage storage({folder.path(), true, Durability::Process});
  for (auto _ : state) storage.append("log", kLine);
}

}  // namespace

BENCHMARK_CAPTURE(replaceBare, durable, true)->UseRealTime();
BENCHMARK_CAPTURE(replaceLocal, durable, true)->UseRealTime();
BENCHMARK_CAPTURE(replaceBare, process, false)->UseRealTime();
BENCHMARK_CAPTURE(replaceLocal, process, false)->UseRealTime();
// A fixed number of lines, so that both files grow alike.
BENCHMARK(appendBare)->UseRealTime()->Iterations(100000);
BENCHMARK(appendLocal)->UseRealTime()->Iterations(100000);
