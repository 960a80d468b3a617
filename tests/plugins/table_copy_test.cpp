// Tables of functions from plugins that were built before a slot was appended, and after.

#include "plugins/boundary/table_copy.hpp"

#include "support/doctest.hpp"

using namespace tally;
using namespace tally::test;

namespace {

/// As an ability's header has it after a second release.
struct Grown {
  std::uint32_t struct_size, reserved;
  std::int32_t (*open)(void* self);
  void (*close)(void* self);
  std::int32_t (*later)(void* self, std::uint64_t* size);
};

}  // namespace

template <>
struct tally::plugins::FirstRelease<Grown> {
  static constexpr std::uint32_t kEnd = TALLY_END_OF(Grown, close);
  static void addStubs(Grown& table) noexcept { stub(table.later); }
};

namespace {

Grown tableOf(std::uint32_t size) {
  return {size, 0, [](void*) { return 7; }, [](void*) {}, [](void*, std::uint64_t*) { return 8; }};
}

ErrorCode copyCode(const Grown& table) {
  return codeOf([&] { plugins::copyFunctions(&table, "table"); });
}

}  // namespace

TEST_CASE("tables: one from the first release is taken, and what came later answers Unsupported") {
  const Grown theirs = tableOf(TALLY_END_OF(Grown, close));
  const Grown ours = plugins::copyFunctions(&theirs, "table");
  std::uint64_t size = 0;
  CHECK(ours.open(nullptr) == 7);
  REQUIRE(bool(ours.later));
  CHECK(ours.later(nullptr, &size) == TALLY_E_UNSUPPORTED);
}

TEST_CASE("tables: one of today and one of tomorrow are taken whole") {
  for (const std::uint32_t size : {TALLY_END_OF(Grown, later), TALLY_END_OF(Grown, later) + 64}) {
    const Grown theirs = tableOf(size);
    CHECK(plugins::copyFunctions(&theirs, "table").later(nullptr, nullptr) == 8);
  }
  Grown without = tableOf(TALLY_END_OF(Grown, later));
  without.later = nullptr;
  CHECK(plugins::copyFunctions(&without, "table").later(nullptr, nullptr) == TALLY_E_UNSUPPORTED);
}

TEST_CASE("tables: what the first release had must be there") {
  CHECK(copyCode(tableOf(TALLY_END_OF(Grown, open))) == ErrorCode::PluginBadDescriptor);
  Grown without = tableOf(TALLY_END_OF(Grown, later));
  without.close = nullptr;
  CHECK(copyCode(without) == ErrorCode::PluginBadDescriptor);
}
