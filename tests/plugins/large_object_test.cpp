// Objects of 64 MiB pass the boundary and the local backend in at most twice their size of memory.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "support/temp_dir.hpp"
#include "tally/create_storage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

constexpr std::size_t kObject = std::size_t{64} << 20;

std::size_t peakBytes() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

// Run `action` in a child; its peak of memory above what it began with, or nothing if it failed.
template <typename Action>
std::optional<std::size_t> extraMemory(Action&& action) {
  int channel[2];
  REQUIRE(::pipe(channel) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::size_t before = peakBytes();
    bool done = false;
    try {
      done = action();
    } catch (const std::exception&) {
      done = false;
    }
    const std::size_t extra = peakBytes() - before;
    const bool told = done && ::write(channel[1], &extra, sizeof extra) == sizeof extra;
    ::_exit(told ? 0 : 1);
  }
  ::close(channel[1]);
  std::size_t extra = 0;
  const bool told = ::read(channel[0], &extra, sizeof extra) == sizeof extra;
  ::close(channel[0]);
  ::waitpid(child, nullptr, 0);
  return told ? std::optional(extra) : std::nullopt;
}

}  // namespace

TEST_CASE("large objects: 64 MiB are written and read in at most twice the memory") {
  const TempDir dir;
  Config config;
  config.base_dir = dir.path();
  config.plugins.search_path = {TALLY_PLUGINS};
  const auto written = extraMemory([&] {
    const std::string object(kObject, 'x');
    createStorage(config)->write("large", object);
    return true;
  });
  const auto read = extraMemory([&] {
    const std::string object = createStorage(config)->read("large");
    return object.size() == kObject && object.find_first_not_of('x') == object.npos;
  });
  REQUIRE(written);
  REQUIRE(read);
  CHECK(*written < 2 * kObject);
  CHECK(*read < 2 * kObject);
}
