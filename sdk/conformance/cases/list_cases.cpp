// Group D: a listing is complete, sorted, one level, and shows nothing that is not a key. Pages: list_page_cases.cpp.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>

#include "groups.hpp"
#include "list_page_cases.hpp"
#include "parallel.hpp"
#include "planted_files.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

std::string numbered(const char* stem, int number) {
  char text[32];
  std::snprintf(text, sizeof text, "%s%05d", stem, number);
  return text;
}

/// Write `count` objects into a directory and return their names, which are in order. By several threads: a service
/// that answers late would make a case of minutes out of it.
std::vector<std::string> fill(IStorage& storage, const std::string& directory, int count) {
  constexpr unsigned kThreads = 8;
  std::vector<std::string> names(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) names[static_cast<std::size_t>(i)] = numbered("n", i);
  inThreads(kThreads, [&](unsigned first) {
    for (std::size_t i = first; i < names.size(); i += kThreads) storage.write(path::join({directory, names[i]}), "x");
  });
  return names;
}

void emptyRoot(Context& context) { expectListing(context.storage(), "", {}); }

void levels(Context& context) {
  auto& storage = context.storage();
  storage.write("a/b/c", "x");
  expectListing(storage, "", {"a/"});
  expectListing(storage, "a", {"b/"});
  expectListing(storage, "a/b", {"c"});
}

// (bug 37) Ids were whole keys.
void entriesAreKeys(Context& context) {
  auto& storage = context.storage();
  storage.write("d/one", "1");
  storage.write("d/two", "2");
  storage.write("d/sub/three", "3");
  for (const auto& entry : storage.list("d")) {
    expectEqual("path of an entry", entry.path, path::join({"d", entry.id()}));
    if (!entry.is_directory) expectContent(storage, entry.path, entry.id() == "one" ? "1" : "2");
  }
  expectListing(storage, "d", {"one", "sub/", "two"});
}

// (bug 37) Children of children, and what lies above, were listed too.
void onlyChildren(Context& context) {
  auto& storage = context.storage();
  storage.write("p/d/x", "1");
  storage.write("p/d/e/f/g", "1");
  expectListing(storage, "p/d", {"e/", "x"});
  expectListing(storage, "p", {"d/"});
}

// (bug 39)
void siblingPrefix(Context& context) {
  auto& storage = context.storage();
  storage.write("p/conv/x", "1");
  storage.write("p/conversations/y", "1");
  storage.write("p/conv.jsonl", "1");
  expectListing(storage, "p/conv", {"x"});
  expectListing(storage, "p/con", {});
  expectListing(storage, "p/conversations", {"y"});
}

// (bug 26) Keys of a prefix that begins alike were shown.
void secondPlace(Context& context) {
  auto& storage = context.storage();
  const auto second = context.harness().openSecond();
  if (!second) Context::skip("the harness offers no second root or prefix");
  storage.write("d/mine", "1");
  second->write("d/other", "2");
  second->write("top", "2");
  expectListing(storage, "", {"d/"});
  expectListing(storage, "d", {"mine"});
  expectListing(*second, "d", {"other"});
}

void sorted(Context& context) {
  // By plain bytes of whole keys "t-" and "t!" would come between "t" and "t/x".
  auto& storage = context.storage();
  for (const auto* key : {"t/x", "t-/x", "t!", "t0", "T", "s/z", "u", "t\x01", "t\xc3\xa9", "t/y/z", "t./x"}) {
    storage.write(key, "1");
  }
  expectListing(storage, "", {"T", "s/", "t/", "t\x01", "t!", "t-/", "t./", "t0", "t\xc3\xa9", "u"});
}

// (bug 35) Only the first page of the service was listed.
void manyEntries(Context& context) {
  const auto names = fill(context.storage(), "many", 2500);
  expectListing(context.storage(), "many", names);
}

/// The shortest of some times that `action` takes.
std::chrono::nanoseconds shortestOf(const std::function<void()>& action) {
  auto shortest = std::chrono::nanoseconds::max();
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    action();
    shortest = std::min<std::chrono::nanoseconds>(shortest, std::chrono::steady_clock::now() - begin);
  }
  return shortest;
}

void expectNoDearer(const char* what, std::chrono::nanoseconds alone, std::chrono::nanoseconds crowded) {
  constexpr auto kNoise = std::chrono::milliseconds(2);
  expect(crowded <= 5 * alone + kNoise, std::string(what) + ": took " + std::to_string(alone.count() / 1000) +
                                            " us alone and " + std::to_string(crowded.count() / 1000) +
                                            " us in a crowd; its cost follows what it does not ask for");
}

// (bug 17) A listing, and a stat of an absent key, had the server look at all its keys.
void crowdedService(Context& context) {
  constexpr unsigned kForeign = 200'000, kOwn = 2000;
  auto& storage = context.storage();
  for (const auto* key : {"d/a", "d/b"}) storage.write(key, "x");
  const auto list = [&] { expectListing(storage, "d", {"a", "b"}); };
  const auto look = [&] { expectAbsent(storage, "d/absent"); };
  const auto list_alone = shortestOf(list), look_alone = shortestOf(look);
  if (!context.harness().crowd(kForeign)) {
    for (unsigned number = 0; number < context.rounds(kOwn); ++number) {
      storage.write("other" + std::to_string(number % 10) + "/" + numbered("x", static_cast<int>(number)), "x");
    }
  }
  expectNoDearer("list of two entries", list_alone, shortestOf(list));
  expectNoDearer("asking for an absent key", look_alone, shortestOf(look));
}

void manyBelow(Context& context) {
  auto& storage = context.storage();
  for (const auto* directory : {"p/a", "p/b", "p/c"}) fill(storage, directory, 3334);
  expectListing(storage, "p", {"a/", "b/", "c/"});
}

// (bug 18) Names were patterns for the server.
void globCharacters(Context& context) {
  auto& storage = context.storage();
  for (const auto* directory : {"q[1]", "a*", "?", "{a,b}", "q1", "ab", "a", "[a-z]", "\\*"}) {
    storage.write(path::join({directory, "of " + std::string(directory)}), "x");
  }
  for (const auto* directory : {"q[1]", "a*", "?", "{a,b}", "q1", "ab", "a", "[a-z]", "\\*"}) {
    expectListing(storage, directory, {"of " + std::string(directory)});
  }
}

void lastChildRemoved(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  storage.remove("d/x");
  expectListing(storage, "d", {});
  if (context.offers(Capability::KeepsEmptyDirectories)) return expectDirectory(storage, "d");
  expectAbsent(storage, "d");
}

void nothingInternal(Context& context) {
  auto& storage = context.storage();
  storage.write("d/a", "1");
  storage.append("d/b", "1");
  std::atomic<bool> done{false};
  inThreads(2, [&](unsigned i) {
    if (i == 0) {
      const RaiseAtEnd raise(done);
      const std::string large(200'000, 'x');
      for (unsigned round = 0; round < context.rounds(200); ++round) {
        storage.write("d/a", round % 2 == 0 ? large : "small");
        storage.append("d/b", "more");
      }
      return;
    }
    while (!done) {
      expectListing(storage, "d", {"a", "b"});
      expectListing(storage, "", {"d/"});
    }
  });
}

void duringCreates(Context& context) {
  auto& storage = context.storage();
  const auto before = fill(storage, "d", 200);
  std::atomic<bool> done{false};
  inThreads(2, [&](unsigned i) {
    if (i == 0) {
      const RaiseAtEnd raise(done);
      for (int number = 0; number < 1000; ++number) storage.write("d/" + numbered("m", (number * 7) % 1000), "x");
      return;
    }
    while (!done) {
      const auto names = namesIn(storage, "d");
      for (std::size_t k = 1; k < names.size(); ++k) {
        expect(names[k - 1] < names[k], "list during creates: " + quote(names[k]) + " is doubled or out of order");
      }
      const std::vector<std::string> old(
          names.end() - static_cast<std::ptrdiff_t>(std::min(names.size(), before.size())), names.end());
      expectNames("list during creates: entries that were there before", old, before);
    }
  });
  expectEqual<std::size_t>("entries after the creates", namesIn(storage, "d").size(), 1200);
}

void duringRemoves(Context& context) {
  auto& storage = context.storage();
  const auto names = fill(storage, "d", 1000);
  storage.write("d/stays", "x");
  std::atomic<bool> done{false};
  inThreads(2, [&](unsigned i) {
    if (i == 0) {
      const RaiseAtEnd raise(done);
      for (const auto& name : names) storage.remove("d/" + name);
      return;
    }
    while (!done) {
      const auto seen = namesIn(storage, "d");
      expect(!seen.empty() && seen.back() == "stays", "list during removes: an entry that stays is missing");
    }
  });
  expectListing(storage, "d", {"stays"});
}

}  // namespace

Group listCases() {
  Group group{'D',
              "list: complete, sorted, one level",
              {
                  {"D01", "list: an empty root has no entries", emptyRoot},
                  {"D02", "list: each level shows the next one", levels},
                  {"D03", "list: an entry's path is its key, its id the last segment", entriesAreKeys},
                  {"D04", "list: neither the directory itself nor what lies above or deeper", onlyChildren},
                  {"D06", "list: no entries of a sibling whose name begins alike", siblingPrefix},
                  {"D07", "list: no entries of another root or prefix", secondPlace},
                  {"D08", "list: sorted by the bytes of the names", sorted},
                  {"D09", "list: 2500 entries are 2500", manyEntries, {}, Pace::Slow, 120},
                  {"D10", "list: 10 000 entries below three directories show as three", manyBelow, {}, Pace::Slow, 240},
                  {"D11", "list, stat: cost no more for what else is on the service", crowdedService},
                  {"D12", "list: glob characters in names mean nothing", globCharacters},
                  {"D13", "list: after the last child the directory is gone, or empty as declared", lastChildRemoved},
                  {"D14", "list: shows no temporary or internal names during writes", nothingInternal},
                  {"D15", "list: during creates shows all that was there before, nothing twice", duringCreates},
                  {"D16", "list: during removes does not fail and keeps what stays", duringRemoves},
              }};
  for (auto& more : {plantedFileCases(), listPageCases()}) {
    group.cases.insert(group.cases.end(), more.begin(), more.end());
  }
  return group;
}

}  // namespace tally::conformance
