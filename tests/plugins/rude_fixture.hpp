#pragma once
// The rude plugin, linked in, and what its tests wait for.

#include <memory>

#include "plugins/fixtures.hpp"
#include "plugins/rude_plugin.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"

namespace tally::test {

inline Config rudeConfig() { return fixtureConfig("nowhere", "rude"); }

/// Breaks `rule` from now on, in plugins that are there already as well.
inline void breakRule(std::string_view rule, std::uint32_t threads = TALLY_THREADS_CONCURRENT) {
  static const bool linked = [] {
    addStaticPlugin(rude_slots::entry);
    return true;
  }();
  REQUIRE(linked);
  rude().mode = rule;
  rude().threads = threads;
}

inline std::unique_ptr<IStorage> openRude(std::string_view rule, std::uint32_t threads = TALLY_THREADS_CONCURRENT) {
  breakRule(rule, threads);
  return createStorage(rudeConfig());
}

/// Wait for `fact`, which must come true within seconds.
template <typename Fact>
void await(Fact&& fact) {
  for (int i = 0; i < 5000 && !fact(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(fact());
}

}  // namespace tally::test
