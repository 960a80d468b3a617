#include "name_limit_cases.hpp"

#include <algorithm>

#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

/// Every operation must refuse the key, and nothing may come of it.
void expectRefused(Context& context, const std::string& key) {
  auto& storage = context.storage();
  const auto refused = [&](const char* what, const auto& action) {
    expectError(ErrorCode::InvalidArgument, std::string(what) + " " + quote(key), action);
  };
  refused("read of", [&] { storage.read(key); });
  refused("write of", [&] { storage.write(key, "x"); });
  refused("append to", [&] { storage.append(key, "x"); });
  if (!key.empty()) {  // "" is the root for these
    refused("stat of", [&] { storage.stat(key); });
    refused("list of", [&] { storage.list(key); });
    refused("remove of", [&] { storage.remove(key); });
  }
  expectListing(storage, "", {"a"});
}

void refusedKeys(Context& context, const std::vector<std::string>& keys) {
  context.storage().write("a", "file");
  for (const auto& key : keys) expectRefused(context, key);
  expectContent(context.storage(), "a", "file");
}

void notUtf8(Context& context) {
  refusedKeys(context, {"\xff", "b\xc3", "\xc0\xaf", "\xed\xa0\x80", "b/\x80", "\xf4\x90\x80\x80"});
}

void badSegments(Context& context) {
  refusedKeys(context, {"", ".", "..", "a/../b", "a/./b", "a//b", "/a", "a/", "/", "../a", "b/..", "./a"});
}

void nulInside(Context& context) {
  refusedKeys(context, {std::string("a\0", 2), std::string("\0", 1), std::string("b\0c", 3), std::string("b/\0/c", 5)});
}

/// `size` bytes in segments of at most 100.
std::string longKey(std::size_t size) {
  std::string key(size, 'k');
  for (std::size_t at = 100; at + 1 < size; at += 101) key[at] = '/';
  return key;
}

void longest(Context& context) {
  auto& storage = context.storage();
  for (const std::size_t size : {511U, 512U}) {
    storage.write(longKey(size), std::to_string(size));
  }
  expectContent(storage, longKey(511), "511");
  expectContent(storage, longKey(512), "512");
  storage.remove("", RemoveOptions{true});
  if (context.harness().throughHost()) refusedKeys(context, {longKey(513), longKey(600), longKey(5000)});
}

/// Whether the key took its own name as content; else it was refused with InvalidArgument.
bool isTaken(IStorage& storage, const std::string& key) {
  try {
    storage.write(key, key);
    return true;
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::InvalidArgument}, "write of a key of " + std::to_string(key.size()) + " bytes",
                     &error);
    return false;
  }
}

/// Each of two keys that are there at the same time works in full, or is refused with InvalidArgument and nothing is
/// left of it. Two, because a key that is cut or changed in the same way each time would find itself again.
void workOrAreRefused(Context& context, const std::string& one, const std::string& other) {
  auto& storage = context.storage();
  std::vector<std::string> kept;
  for (const auto& key : {one, other}) {
    if (isTaken(storage, key)) kept.push_back(key);
  }
  std::sort(kept.begin(), kept.end());
  expectNames("all keys of the tree", keysIn(storage), kept);
  for (const auto& key : kept) expectContent(storage, key, key);
  for (const auto& key : kept) {
    storage.append(key, "+");
    expectContent(storage, key, key + "+");
  }
  while (!kept.empty()) {
    storage.remove(kept.back());
    expectAbsent(storage, kept.back());
    kept.pop_back();
    expectNames("all keys of the tree after a remove", keysIn(storage), kept);
  }
}

/// The same key but for its last byte, which is an ASCII letter.
std::string neighbourOf(std::string key) {
  key.back() = key.back() == 'y' ? 'z' : 'y';
  return key;
}

void longSegments(Context& context) {
  for (const std::size_t size : {200U, 254U, 255U, 256U, 400U, 510U}) {
    const std::string key(size, 's');
    workOrAreRefused(context, key, neighbourOf(key));
  }
  for (const std::size_t size : {255U, 256U}) {
    std::string wide;
    while (wide.size() + 2 <= size) wide += "\xc3\xa9";
    wide += ":%" + std::string(size > 255 ? 2 : 0, 'x');
    workOrAreRefused(context, wide + 'x', wide + 'y');
  }
}

void deep(Context& context) {
  std::string key = "d";
  for (int depth = 1; depth < 100; ++depth) key += "/d";
  workOrAreRefused(context, key, neighbourOf(key));
}

void internalNames(Context& context) {
  std::vector<std::string> names = {".tmp", "x.tmp",  ".x.tmp",     "x.lock", ".lock",  "x~",         ".#x",
                                    "#x#",  ".x.swp", "lost+found", "x.part", ".tally", ".tally-tmp", "tmp",
                                    ".git", "meta",   "index",      "dir",    "0-1"};
  for (const auto& name : context.harness().internalNames()) names.push_back(name);
  for (const auto& name : names) {
    const std::string other = "2" + name;  // what hides names hides them by their begin or their end
    workOrAreRefused(context, name, other);
    workOrAreRefused(context, path::join({"d", name}), path::join({"d", other}));
    workOrAreRefused(context, path::join({name, "x"}), path::join({other, "x"}));
    context.storage().remove("", RemoveOptions{true});
  }
}

}  // namespace

std::vector<Case> nameLimitCases() {
  return {
      {"F10", "keys: what is no UTF-8 is InvalidArgument", notUtf8, Facility::Host},
      {"F11", "keys: empty, '.' and '..' segments are InvalidArgument", badSegments, Facility::Host},
      {"F12", "keys: NUL is InvalidArgument, never the end", nulInside, Facility::Host},
      {"F14", "keys: 512 bytes work, 513 are refused", longest},
      {"F15", "keys: long segments work, or are InvalidArgument and leave nothing", longSegments},
      {"F16", "keys: 100 segments work, or are InvalidArgument", deep},
      {"F21", "keys: names that adapters use themselves work, or are InvalidArgument", internalNames},
  };
}

}  // namespace tally::conformance
