// Group B: what is absent, and what is of the other kind.
#include "groups.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

// (bug 23)
void readMissing(Context& context) {
  const auto error = expectError(ErrorCode::NotFound, "read of 'nobody'", [&] { context.storage().read("nobody"); });
  if (!context.harness().throughHost()) return;
  expect(std::string_view(error.what()).find("nobody") != std::string_view::npos,
         "read of 'nobody': the message does not name the key: " + std::string(error.what()));
  expectEqual<std::string>("key of the error", error.key(), "nobody");
}

void readBelowMissing(Context& context) {
  expectError(ErrorCode::NotFound, "read of 'no/such/key'", [&] { context.storage().read("no/such/key"); });
}

void statMissing(Context& context) {
  for (const auto* key : {"nobody", "no/such/key"}) {
    expect(!context.storage().stat(key).has_value(), "stat of " + quote(key) + ": found something");
  }
}

void belowAFile(Context& context) {
  auto& storage = context.storage();
  storage.write("f", "x");
  for (const auto* key : {"f/x", "f/x/y"}) {
    expect(!storage.stat(key).has_value(), "stat of " + quote(key) + " below a file: found something");
    expectError(ErrorCode::NotFound, "read of " + quote(key) + " below a file", [&] { storage.read(key); });
    expectEqual("remove of " + quote(key) + " below a file: whether it existed", storage.remove(key), false);
    expectListing(storage, key, {});
  }
  expectContent(storage, "f", "x");
}

void listMissing(Context& context) {
  expectListing(context.storage(), "nobody", {});
  expectListing(context.storage(), "no/such/place", {});
}

void listFile(Context& context) {
  context.storage().write("f", "x");
  context.storage().write("d/f", "x");
  expectListing(context.storage(), "f", {});
  expectListing(context.storage(), "d/f", {});
}

void readDirectory(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  storage.write("e/f/x", "1");
  for (const auto* key : {"d", "e", "e/f"}) {
    expectError(ErrorCode::IsADirectory, "read of the directory " + quote(key), [&] { storage.read(key); });
  }
}

void writeDirectory(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  expectError(ErrorCode::IsADirectory, "write onto the directory 'd'", [&] { storage.write("d", "2"); });
  expectError(ErrorCode::IsADirectory, "append to the directory 'd'", [&] { storage.append("d", "2"); });
  expectDirectory(storage, "d");
  expectListing(storage, "d", {"x"});
  expectContent(storage, "d/x", "1");
}

void writeBelowFile(Context& context) {
  auto& storage = context.storage();
  storage.write("f", "1");
  for (const auto* key : {"f/x", "f/x/y"}) {
    expectError(ErrorCode::NotADirectory, "write of " + quote(key) + " below a file", [&] { storage.write(key, "2"); });
    expectError(ErrorCode::NotADirectory, "append to " + quote(key) + " below a file",
                [&] { storage.append(key, "2"); });
  }
  expectContent(storage, "f", "1");
  expectListing(storage, "", {"f"});
}

void inferredDirectory(Context& context) {
  context.storage().write("a/b/c", "x");
  expectDirectory(context.storage(), "a");
  expectDirectory(context.storage(), "a/b");
}

// (bug 39) 'c1' existed because 'c10' did.
void siblingPrefix(Context& context) {
  auto& storage = context.storage();
  storage.write("c10/x", "1");
  storage.write("file10", "1");
  for (const auto* key : {"c1", "c", "file1", "c10/x0"}) {
    expectAbsent(storage, key);
  }
}

void rootStat(Context& context) {
  expectDirectory(context.storage(), "");
  context.storage().write("x", "1");
  expectDirectory(context.storage(), "");
  context.storage().remove("x");
  expectDirectory(context.storage(), "");
}

void trailingSlash(Context& context) {
  auto& storage = context.storage();
  storage.write("f", "1");
  const auto refused = [](const char* what, const auto& action) {
    expectError(ErrorCode::InvalidArgument, std::string(what) + " with a trailing slash", action);
  };
  refused("read of 'f/'", [&] { storage.read("f/"); });
  refused("write of 'f/'", [&] { storage.write("f/", "2"); });
  refused("append to 'f/'", [&] { storage.append("f/", "2"); });
  refused("stat of 'f/'", [&] { storage.stat("f/"); });
  refused("remove of 'f/'", [&] { storage.remove("f/"); });
  expectContent(storage, "f", "1");
}

// (bug 27) A file and a directory of one name were both there, and listed twice.
void oneKind(Context& context) {
  auto& storage = context.storage();
  storage.write("both", "file");
  expectError(ErrorCode::NotADirectory, "write of 'both/x' below a file", [&] { storage.write("both/x", "1"); });
  expectListing(storage, "", {"both"});
  storage.remove("both");
  storage.write("both/x", "1");
  expectError(ErrorCode::IsADirectory, "write of 'both' onto a directory", [&] { storage.write("both", "file"); });
  expectListing(storage, "", {"both/"});
}

}  // namespace

Group missingCases() {
  return {'B',
          "missing things and wrong kinds",
          {
              {"B01", "read: a missing key is NotFound, and the error names it", readMissing},
              {"B02", "read: a missing key below a missing directory is NotFound", readBelowMissing},
              {"B03", "stat: a missing key is nothing, not an error", statMissing},
              {"B04", "stat: below a file there is nothing", belowAFile},
              {"B05", "list: a missing directory has no entries", listMissing},
              {"B06", "list: a file has no entries", listFile},
              {"B07", "read: a directory is IsADirectory, never empty bytes", readDirectory},
              {"B08", "write: onto a directory is IsADirectory, its children stay", writeDirectory},
              {"B09", "write: below a file is NotADirectory, the file stays", writeBelowFile},
              {"B10", "stat: a directory exists through its children", inferredDirectory},
              {"B11", "stat: a sibling that begins alike does not make a key exist", siblingPrefix},
              {"B12", "stat: the root is always a directory", rootStat},
              {"B13", "keys: a trailing slash is InvalidArgument", trailingSlash, Facility::Host},
              {"B14", "write: one key is never file and directory at once", oneKind},
          }};
}

}  // namespace tally::conformance
