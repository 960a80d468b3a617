#include "list_page_cases.hpp"

#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

struct Page {
  std::vector<std::string> names;
  bool more = false;
};

std::string bare(std::string name) {
  if (!name.empty() && name.back() == '/') name.pop_back();
  return name;
}

/// One page, with the answer whether more follow, which the short form of list drops.
Page pageOf(IStorage& storage, std::string_view directory, const std::string& after, std::uint64_t limit) {
  struct Collect final : EntrySink {
    Page page;
    void take(std::string_view name, bool is_directory) override {
      page.names.push_back(std::string(name) + (is_directory ? "/" : ""));
    }
  } collect;
  ListOptions options;
  options.start_after = after;
  options.limit = limit;
  collect.page.more = storage.list(directory, options, collect, Call());
  return std::move(collect.page);
}

std::vector<std::string> byPages(Context& context, std::string_view directory, std::uint64_t limit) {
  std::vector<std::string> names;
  std::string after;
  for (;;) {
    const auto storage = context.open();  // a place in a listing outlives the handle
    const Page page = pageOf(*storage, directory, after, limit);
    expect(page.names.size() <= limit, "list with limit " + std::to_string(limit) + ": delivered more");
    names.insert(names.end(), page.names.begin(), page.names.end());
    if (!page.more) return names;
    expect(!page.names.empty(), "list with a limit: an empty page says that more follow");
    after = bare(page.names.back());
  }
}

void anyPageSize(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"d/t/x", "d/t-/x", "d/t!", "d/t0", "d/a", "d/b/c", "d/t\x01", "d/z", "d/t/y", "d/t./x"}) {
    storage.write(key, "1");
  }
  const auto whole = namesIn(storage, "d");
  for (std::uint64_t limit = 1; limit <= 10; ++limit) {
    expectNames("list in pages of " + std::to_string(limit), byPages(context, "d", limit), whole);
  }
  expectNames("list of the root in pages of 1", byPages(context, "", 1), {"d/"});
}

void moreIsTrue(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"a", "b/x", "b/y", "c"}) storage.write(key, "1");
  for (std::uint64_t limit = 1; limit <= 5; ++limit) {
    const bool more = pageOf(storage, "", "", limit).more;
    expectEqual("whether more follow behind " + std::to_string(limit) + " of 3 entries", more, limit < 3);
  }
  expectEqual("whether more follow behind a listing without limit", pageOf(storage, "", "", 0).more, false);
}

void changesBetween(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"b", "d", "f", "h", "j"}) storage.write(key, "1");
  const Page first = pageOf(storage, "", "", 2);
  expectNames("the first page", first.names, {"b", "d"});
  storage.write("a", "1");
  storage.write("e", "1");
  storage.remove("d");
  const Page second = pageOf(storage, "", "d", 2);
  expectNames("the page after an entry that was removed", second.names, {"e", "f"});
  expectNames("the last page", pageOf(storage, "", "f", 0).names, {"h", "j"});
}

void strictlyGreater(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"a", "ab", "b/x", "b-", "c"}) storage.write(key, "1");
  expectNames("list after 'a'", pageOf(storage, "", "a", 0).names, {"ab", "b/", "b-", "c"});
  expectNames("list after the directory 'b'", pageOf(storage, "", "b", 0).names, {"b-", "c"});
  expectNames("list after 'aa', which is no entry", pageOf(storage, "", "aa", 0).names, {"ab", "b/", "b-", "c"});
  expectNames("list after the last entry", pageOf(storage, "", "c", 0).names, {});
}

}  // namespace

std::vector<Case> listPageCases() {
  return {
      {"D20", "list: pages of any size join to the whole listing, also with new handles", anyPageSize},
      {"D21", "list: changes between two pages lose and double nothing", changesBetween},
      {"D23", "list: start_after is strictly greater, also behind a directory", strictlyGreater},
      {"D26", "list: says truly whether more follow behind the limit", moreIsTrue},
  };
}

}  // namespace tally::conformance
