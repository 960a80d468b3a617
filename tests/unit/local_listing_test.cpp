// Listing: order, pages, and what is not shown.

#include <algorithm>
#include <random>

#include "local_fixture.hpp"

using namespace tally;
using namespace tally::local::test;

namespace {

std::vector<std::string> randomNames(std::size_t count) {
  std::mt19937 random(7);
  std::vector<std::string> made;
  while (made.size() < count) {
    std::string name = "conversation-";
    for (auto left = random() % 12; left != 0; --left) name += static_cast<char>('a' + random() % 3);
    made.push_back(name);
  }
  std::sort(made.begin(), made.end());
  made.erase(std::unique(made.begin(), made.end()), made.end());
  return made;
}

}  // namespace

TEST_CASE("list: many names with a common beginning come sorted, in one piece and in pages of any size") {
  Store store;
  const auto expected = randomNames(600);
  for (const auto& name : expected) store.plant("d/" + name, "");
  CHECK(names(store.storage, "d") == expected);
  for (const std::uint64_t size : {1U, 2U, 7U, 100U, 599U, 5000U}) {
    CAPTURE(size);
    struct Page final : EntrySink {
      std::vector<std::string> taken;
      void take(std::string_view name, bool) override { taken.emplace_back(name); }
    } page;
    bool more = true;
    while (more) {
      const std::string last = page.taken.empty() ? "" : page.taken.back();
      const auto before = page.taken.size();
      ListOptions options;
      options.start_after = last;
      options.limit = size;
      more = store.storage.list("d", options, page, Call());
      CHECK(page.taken.size() - before <= size);
      if (more) CHECK(page.taken.size() - before == size);
    }
    CHECK(page.taken == expected);
  }
}

TEST_CASE("list: signed and unsigned bytes, prefixes and short names sort like strings") {
  Store store;
  std::vector<std::string> expected = {"a",        "ab",        "abcdefgh", "abcdefghi", "abcdefgh\x01",
                                       "b\x7f",    "b\xc3\xa9", "b",        "\x01",      "\xf0\x9f\x98\x80",
                                       "abcdefg~", "A",         "ab\x01"};
  for (const auto& name : expected) store.plant(name, "");
  std::sort(expected.begin(), expected.end());
  CHECK(names(store.storage, "") == expected);
}

TEST_CASE("list: start_after need not exist") {
  Store store;
  for (const char* key : {"a", "c", "e"}) store.storage.write(key, "1");
  ListOptions options;
  options.start_after = "b";
  CHECK(names(store.storage, "", options) == std::vector<std::string>{"c", "e"});
  options.start_after = "e";
  CHECK(names(store.storage, "", options).empty());
}

TEST_CASE("list: names that can be no key are left out, removed folders have no children") {
  Store store;
  store.storage.write("d/k", "1");
  store.plant("d/\xff\xfe", "");
  CHECK(names(store.storage, "d") == std::vector<std::string>{"k"});
  CHECK(store.storage.remove("d", {true}));
  CHECK(names(store.storage, "d").empty());
}

TEST_CASE("list: of a file, of nothing and below a file is empty") {
  Store store;
  store.storage.write("f", "1");
  for (const char* key : {"f", "absent", "f/x", "absent/x"}) CHECK(names(store.storage, key).empty());
}
