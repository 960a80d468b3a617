// Group E: what is removed is gone for everybody, and nothing else is.
#include <algorithm>

#include "groups.hpp"
#include "parallel.hpp"
#include "planted_files.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr RemoveOptions kRecursive{true};

void existing(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  storage.write("d/y", "2");
  expectEqual("remove of 'd/x': whether it existed", storage.remove("d/x"), true);
  expectAbsent(storage, "d/x");
  expectContent(storage, "d/y", "2");
}

void missing(Context& context) {
  for (const auto* key : {"nobody", "no/such/key"}) {
    expectEqual("remove of " + quote(key) + ": whether it existed", context.storage().remove(key), false);
  }
}

void twice(Context& context) {
  context.storage().write("x", "1");
  expectEqual("the first remove: whether it existed", context.storage().remove("x"), true);
  expectEqual("the second remove: whether it existed", context.storage().remove("x"), false);
}

// (bug 28) It did nothing and reported success.
void directoryRefused(Context& context) {
  auto& storage = context.storage();
  storage.write("d/e/x", "1");
  for (const auto* key : {"d", "d/e"}) {
    expectError(ErrorCode::IsADirectory, "plain remove of the directory " + quote(key), [&] { storage.remove(key); });
  }
  expectContent(storage, "d/e/x", "1");
}

// (bug 33)
void writtenAgain(Context& context) {
  context.storage().write("x", "old and long");
  context.storage().remove("x");
  context.storage().write("x", "new");
  expectContent(context.storage(), "x", "new");
}

// (bug 34) A remove closed a handle, and the data stayed.
void otherHandle(Context& context) {
  context.storage().write("d/x", "1");
  const auto other = context.open();
  expectContent(*other, "d/x", "1");
  context.storage().remove("d/x");
  expectAbsent(*other, "d/x");
  expectAbsent(*context.open(), "d/x");
}

void recursive(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"p/c1/a", "p/c1/b/c", "p/c1/b/d/e", "p/c10/a", "p/c1-x", "p/c1.json", "p/c", "c1/a"}) {
    storage.write(key, key);
  }
  expectEqual("recursive remove of 'p/c1': whether it existed", storage.remove("p/c1", kRecursive), true);
  for (const auto* key : {"p/c1", "p/c1/a", "p/c1/b", "p/c1/b/d/e"}) expectAbsent(storage, key);
  for (const auto* key : {"p/c10/a", "p/c1-x", "p/c1.json", "p/c", "c1/a"}) expectContent(storage, key, key);
  expectListing(storage, "p", {"c", "c1-x", "c1.json", "c10/"});
  storage.write("p/c1", "a file now");
  expectEqual("recursive remove of a file: whether it existed", storage.remove("p/c1", kRecursive), true);
  expectAbsent(storage, "p/c1");
}

void recursiveMissing(Context& context) {
  context.storage().write("c10/x", "1");
  for (const auto* key : {"c1", "no/such"}) {
    expectEqual("recursive remove of " + quote(key) + ": whether it existed", context.storage().remove(key, kRecursive),
                false);
  }
  expectContent(context.storage(), "c10/x", "1");
}

void root(Context& context) {
  auto& storage = context.storage();
  storage.write("a/x", "1");
  storage.write("b", "1");
  expectError(ErrorCode::IsADirectory, "plain remove of the root", [&] { storage.remove(""); });
  expectContent(storage, "a/x", "1");
  storage.remove("", kRecursive);
  expectListing(storage, "", {});
  expectDirectory(storage, "");
  storage.write("a/x", "2");
  expectContent(storage, "a/x", "2");
}

void whileReading(Context& context) {
  auto& storage = context.storage();
  const std::string content = context.bytes(1'000'000);
  std::atomic<bool> done{false};
  inThreads(4, [&](unsigned i) {
    if (i == 0) {
      const RaiseAtEnd raise(done);
      for (unsigned round = 0; round < context.rounds(60); ++round) {
        storage.write("d/x", content);
        storage.remove("d/x");
      }
      return;
    }
    while (!done) {
      try {
        expectBytes("a read during removes", storage.read("d/x"), content);
      } catch (const Error& error) {
        expectErrorAmong({ErrorCode::NotFound}, "a read during removes", &error);
      }
    }
  });
}

void emptyDirectory(Context& context) {
  auto& storage = context.storage();
  storage.write("d/e/x", "1");
  storage.remove("d/e/x");
  expectEqual("recursive remove of 'd' after its last file: whether it existed", storage.remove("d", kRecursive),
              context.offers(Capability::KeepsEmptyDirectories));
  expectAbsent(storage, "d");
  expectListing(storage, "", {});
}

void manyBelow(Context& context) {
  constexpr unsigned kCount = 2500, kThreads = 10;
  auto& storage = context.storage();
  storage.write("d2/x", "a neighbour");
  inThreads(kThreads, [&](unsigned i) {
    for (unsigned k = i; k < kCount; k += kThreads) {
      const std::string name = std::to_string(k);
      storage.write(k % 5 == 0 ? path::join({"d/e", name, "x"}) : path::join({"d", name}), name);
    }
  });
  expectEqual<std::size_t>("entries of 'd'", storage.list("d").size(), kCount - kCount / 5 + 1);
  expectEqual("recursive remove of 2500 objects: whether they existed", storage.remove("d", kRecursive), true);
  expectListing(storage, "d", {});
  expectListing(storage, "d/e", {});
  expectAbsent(storage, "d");
  expectListing(storage, "", {"d2/"});
}

}  // namespace

Group removeCases() {
  return {
      'E',
      "remove: gone for everybody, and nothing else",
      {
          {"E01", "remove: the key is absent for read, stat and list", existing},
          {"E02", "remove: a missing key is success, and says so", missing},
          {"E03", "remove: twice is success, the second time as missing", twice},
          {"E04", "remove: a directory is IsADirectory, its children stay", directoryRefused},
          {"E05", "remove: a value written afterwards is the new one alone", writtenAgain},
          {"E06", "remove: other handles see it gone", otherHandle},
          {"E07", "remove: recursively takes everything below, and no sibling", recursive},
          {"E08", "remove: recursively of a missing key is success", recursiveMissing},
          {"E09", "remove: the root only recursively", root},
          {"E10", "remove: recursively takes links, not what they lead to", removeLeavesLinkTarget, Facility::Folder},
          {"E12", "remove: a reader meanwhile gets the whole value or NotFound", whileReading},
          {"E14", "remove: recursively of a directory that has lost its children", emptyDirectory},
          {"E15", "remove: recursively of 2500 objects leaves none", manyBelow, {}, Pace::Quick, 120},
      }};
}

}  // namespace tally::conformance
