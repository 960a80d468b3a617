// First loads by many threads, beside everything else that looks at the plugins. A program of its own, so that the
// thread sanitizer can watch it: what the other tests of the core library do to processes, it does not bear.

#include <atomic>
#include <thread>
#include <vector>

#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

TEST_CASE("race: first loads beside lists, inspections and a shutdown that comes too early") {
  const PluginCopy first("good"), second("second", "second"), third("third", "third");
  const auto open = createStorage(first.config);
  std::atomic<int> opened{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto& one = i % 2 == 0 ? second : third;
      listPlugins(one.config);
      if (createStorage(one.config)->read("any") == "bytes") ++opened;
      inspectPlugin(one.config, one.name);
      if (codeOf(shutdownPlugins) == ErrorCode::InvalidArgument) ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(opened == 8);
  CHECK(refused == 8);
}
