// Group I: full disks, exhausted descriptors, missing permissions; kill -9 is in kill_cases.cpp.
#include <sys/resource.h>
#include <unistd.h>

#include <functional>

#include "failing_syncs.hpp"
#include "groups.hpp"
#include "kill_cases.hpp"
#include "planted_files.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

std::shared_ptr<IStorage> smallPlace(Context& context) {
  auto storage = context.harness().openSmall(4U << 20);
  if (!storage) Context::skip("the harness offers no place that gets full");
  return storage;
}

void fullWrite(Context& context) {
  const auto storage = smallPlace(context);
  const std::string old = context.bytes(100'000);
  storage->write("d/x", old);
  const std::string large = context.bytes(16U << 20);
  for (const auto* key : {"d/x", "d/new"}) {
    expectError(ErrorCode::NoSpace, "write of 16 MiB to " + quote(key) + " into 4 MiB",
                [&] { storage->write(key, large); });
  }
  expectContent(*storage, "d/x", old);
  expectAbsent(*storage, "d/new");
  storage->write("d/x", "small");
  expectContent(*storage, "d/x", "small");
  storage->write("d/y", context.bytes(2'000'000));
}

void fullAppend(Context& context) {
  const auto storage = smallPlace(context);
  const std::string record = context.bytes(300'000);
  std::string expected;
  const auto error = expectError(ErrorCode::NoSpace, "appends of 300 000 bytes into 4 MiB", [&] {
    for (int i = 0; i < 100; ++i) {
      storage->append("d/log", record);
      expected += record;
    }
  });
  expectContent(*storage, "d/log", expected);
  storage->remove("d/log");
  storage->append("d/log", "again");
  expectContent(*storage, "d/log", "again");
}

/// After a change that failed: what it was, or, if that can't be known, what it would have become.
void expectHonest(IStorage& storage, const Error& error, const std::string& old, const std::string& done) {
  const std::string found = storage.read("d/x");
  const bool may_be_done = error.code() == ErrorCode::OutcomeUnknown && found == done;
  if (!may_be_done) expectBytes("content of 'd/x' after a change that was not synced", found, old);
}

void unsynced(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "old");
  failSyncs();
  const auto failed = [](const char* what, const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    fail(what + std::string(" on a disk that can't sync: succeeded, although durability is declared"));
  };
  expectHonest(storage, failed("write", [&] { storage.write("d/x", "new"); }), "old", "new");
  const std::string before = storage.read("d/x");
  expectHonest(storage, failed("append", [&] { storage.append("d/x", "+"); }), before, before + "+");
  failed("write of a new object", [&] { storage.write("e/y", "new"); });
}

void noDescriptors(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "1");
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int lowest = ::dup(STDOUT_FILENO);
  ::close(lowest);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest);
  ::setrlimit(RLIMIT_NOFILE, &none);
  const auto attempt = [](const std::string& what, const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      expectErrorAmong({ErrorCode::Exhausted, ErrorCode::Unavailable}, what + " without free descriptors", &error);
    }
  };
  for (int i = 0; i < 50; ++i) {
    attempt("read", [&] { expectBytes("content of 'x'", storage.read("x"), "1"); });
    attempt("write", [&] { storage.write("d/y" + std::to_string(i), "2"); });
    attempt("append", [&] { storage.append("d/log" + std::to_string(i), "2"); });
    attempt("list", [&] { expect(!storage.list("").empty(), "list without free descriptors: empty"); });
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  const int after = ::dup(STDOUT_FILENO);
  ::close(after);
  expect(after <= lowest + 40, "descriptors leak when opening fails: " + std::to_string(after - lowest) + " more");
  expectContent(storage, "x", "1");
  storage.write("d/z", "3");
  expectContent(storage, "d/z", "3");
}

}  // namespace

Group crashCases() {
  Group group{
      'I',
      "crashes, full disks, exhausted limits",
      {
          {"I04", "write: into a full place is NoSpace, the old value stays", fullWrite},
          {"I05", "append: into a full place is NoSpace and leaves no part", fullAppend},
          {"I06", "write, append: that can't be synced are no success, if durability is declared", unsynced,
           Capability::SurvivesPowerLoss | Facility::Folder},
          {"I07", "all: without free descriptors is an error, and works again afterwards", noDescriptors},
          {"I08", "write, append, remove: without permission is PermissionDenied", readOnlyRoot, Facility::Folder},
      }};
  for (auto& more : killCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
