// Plugins and hosts of different minor versions get along: longer tables are cut, shorter ones are filled up.

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "plugins/boundary/table_copy.hpp"
#include "plugins/plugin_copy.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"
#include "tally/plugin_abi.h"
#include "tally/plugin_info.hpp"

using namespace tally;
using namespace tally::test;

namespace {

// Bytes that end at a page nobody may touch: reading one too many kills the test.
class GuardedBytes {
 public:
  explicit GuardedBytes(std::size_t size) : page_(static_cast<std::size_t>(::getpagesize())) {
    pages_ = (size + page_ - 1) / page_ * page_;
    map_ =
        static_cast<char*>(::mmap(nullptr, pages_ + page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(map_ != MAP_FAILED);
    REQUIRE(::mprotect(map_ + pages_, page_, PROT_NONE) == 0);
    data_ = map_ + pages_ - size;
  }
  ~GuardedBytes() { ::munmap(map_, pages_ + page_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  char* data() const noexcept { return data_; }

 private:
  std::size_t page_, pages_ = 0;
  char *map_ = nullptr, *data_ = nullptr;
};

}  // namespace

TEST_CASE("versions: a plugin of a later minor version works; what it has more is not looked at") {
  const auto config = fixtureConfig("future");
  const auto storage = createStorage(config);
  CHECK(storage->read("any") == "bytes");
  CHECK(storage->stat("")->is_directory);
  const auto note = inspectPlugin(config, "fixture").note;
  REQUIRE(note);
  CHECK(note->abi_minor == 7);
}

TEST_CASE("versions: a plugin of an earlier header, kept as a binary, loads and works") {
  TempDir dir;
  writeBytes(dir.path() / "libtally_fixture.so",
             bytesOf(std::filesystem::path(TALLY_ABI_BASELINE) / "libtally_fixture.so"));
  Config config = fixtureConfig("nowhere");
  config.plugins.search_path = {dir.path()};
  const auto storage = createStorage(config);
  CHECK(storage->read("any") == "bytes");
  CHECK_FALSE(storage->stat("missing"));
  CHECK(codeOf([&] { storage->write("key", "x"); }) == ErrorCode::NoSpace);
  CHECK(codeOf([&] { storage->append("key", "x"); }) == ErrorCode::OutcomeUnknown);
  CHECK(storage->list("").size() == 1);
}

TEST_CASE("versions: a shorter table has stubs for what it lacks, and nothing behind its size is read") {
  const auto storage = createStorage(fixtureConfig("short_ops"));
  CHECK(storage->read("any") == "bytes");
  CHECK(storage->extension("tally.follow/1") == nullptr);
}

TEST_CASE("versions: tables of any size are copied within both sizes") {
  std::mt19937 random(20240101);
  constexpr std::uint32_t kFirst = TALLY_END_OF(tally_storage_ops, remove);
  constexpr std::uint32_t kKnown = TALLY_END_OF(tally_storage_ops, extension);
  for (int round = 0; round < 2000; ++round) {
    const auto size = std::uniform_int_distribution<std::uint32_t>(4, 70000)(random);
    CAPTURE(size);
    const GuardedBytes bytes(size);
    for (std::uint32_t i = 0; i < size; ++i) bytes.data()[i] = static_cast<char>(random());
    std::memcpy(bytes.data(), &size, sizeof size);
    // Tables come aligned; the guard is what counts here, so the copy is asked for by its bytes.
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(tally_storage_ops) != 0) continue;
    const auto* const theirs = reinterpret_cast<const tally_storage_ops*>(bytes.data());
    if (size < kFirst || size > 65536) {
      CHECK(codeOf([&] { plugins::copyTable(theirs, kFirst, kKnown, "table"); }) == ErrorCode::PluginBadDescriptor);
      continue;
    }
    const auto ours = plugins::copyTable(theirs, kFirst, kKnown, "table");
    const auto known = std::min(size, kKnown);
    CHECK(ours.struct_size == known);
    CHECK(std::memcmp(reinterpret_cast<const char*>(&ours) + 4, bytes.data() + 4, known - 4) == 0);
  }
}
