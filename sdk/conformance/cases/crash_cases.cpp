// Group I: kill -9 at any moment, full disks, exhausted descriptors.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <sstream>

#include "failing_syncs.hpp"
#include "groups.hpp"
#include "parallel.hpp"
#include "planted_files.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr unsigned kRounds = 200;

/// Start a child that does step after step from `first` on, kill -9 it at a random moment, and return the number
/// behind the last step it acknowledged.
std::uint64_t killAtRandom(Context& context, std::uint64_t first,
                           const std::function<void(IStorage&, std::uint64_t)>& step) {
  Child child([&](const Child::Reporter& report) {
    const auto storage = context.open();
    for (std::uint64_t number = first;; ++number) {
      step(*storage, number);
      report(number);
    }
  });
  std::uint64_t next = first;
  for (auto steps = context.number(0, 4); steps != 0; --steps) next = child.next().value_or(next) + 1;
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(context.number(0, 400));
  while (std::chrono::steady_clock::now() < until) {
  }
  child.kill();
  while (const auto acknowledged = child.next()) next = *acknowledged + 1;
  return next;
}

std::string valueOf(std::uint64_t number) {
  return std::to_string(number) + ":" + std::string(number * 7919 % 300'000, static_cast<char>('a' + number % 26));
}

void killReplace(Context& context) {
  context.open()->write("d/x", valueOf(0));
  std::uint64_t next = 1;
  for (unsigned round = 0; round < context.rounds(kRounds); ++round) {
    next = killAtRandom(context, next, [](IStorage& s, std::uint64_t number) { s.write("d/x", valueOf(number)); });
    const std::string found = context.open()->read("d/x");
    const std::uint64_t number = std::strtoull(found.c_str(), nullptr, 10);
    const std::string where =
        " (round " + std::to_string(round) + ", last acknowledged " + std::to_string(next - 1) + ")";
    expectBytes("content of 'd/x' after kill -9" + where, found, valueOf(number));
    expect(number + 1 == next || number == next,
           "content of 'd/x' after kill -9: found value " + std::to_string(number) + where);
    next = number + 1;
  }
}

/// What the child of a round appends as its step `number`.
std::string recordOf(std::uint64_t round, std::uint64_t number) {
  const std::size_t filler = number % 10 == 0 ? 20'000 : number * 7919 % 3000;
  return std::to_string(round) + "." + std::to_string(number) + ":" +
         std::string(filler, static_cast<char>('a' + number % 26)) + "\n";
}

using Counts = std::map<std::uint64_t, std::uint64_t>;  // of records, by round

/// How many records of each round the log holds; fails if one is torn, doubled, or not in the order of its round.
Counts countRecords(const std::string& log) {
  Counts counts;
  for (std::size_t at = 0; at < log.size();) {
    const std::uint64_t round = std::strtoull(log.c_str() + at, nullptr, 10);
    const std::string record = recordOf(round, counts[round]);
    if (log.compare(at, record.size(), record) != 0) {
      fail("content of 'd/log' after kill -9: what stands at byte " + std::to_string(at) + " of " +
           std::to_string(log.size()) + " is not record " + std::to_string(counts[round]) + " of round " +
           std::to_string(round) + "; an append is whole, once, or not there");
    }
    ++counts[round];
    at += record.size();
  }
  return counts;
}

// What a killed process had on its way to a service may land later, but whole and once.
void killAppend(Context& context) {
  constexpr std::uint64_t kRoundsALog = 20;
  Counts acknowledged;
  for (std::uint64_t round = 0; round < context.rounds(kRounds); ++round) {
    if (round % kRoundsALog == 0) acknowledged.clear();
    const std::string key = "d/log" + std::to_string(round / kRoundsALog);
    acknowledged[round] =
        killAtRandom(context, 0, [&](IStorage& s, std::uint64_t number) { s.append(key, recordOf(round, number)); });
    const auto storage = context.open();
    Counts found = countRecords(storage->stat(key) ? storage->read(key) : std::string());
    for (const auto& [one, count] : acknowledged) {
      expect(found[one] == count || found[one] == count + 1,
             "records of round " + std::to_string(one) + " after kill -9 in round " + std::to_string(round) +
                 ": found " + std::to_string(found[one]) + ", but " + std::to_string(count) +
                 " were acknowledged and one more may have been begun");
    }
  }
}

void killLeavesNothing(Context& context) {
  context.open()->write("d/x", "1");
  for (unsigned round = 0; round < context.rounds(kRounds / 4); ++round) {
    killAtRandom(context, 0, [](IStorage& storage, std::uint64_t number) {
      storage.write("d/x", valueOf(number));
      storage.append("d/log", "line\n");
    });
    const auto storage = context.open();
    for (const auto& name : namesIn(*storage, "d")) {
      expect(name == "x" || name == "log", "list of 'd' after kill -9: shows " + quote(name));
    }
    expectListing(*storage, "", {"d/"});
  }
}

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
  constexpr auto kProcesses = Facility::Processes;
  return {
      'I',
      "crashes, full disks, exhausted limits",
      {
          {"I01", "write: kill -9 leaves the old or the new value, whole", killReplace, kProcesses, Pace::Slow, 180},
          {"I02", "append: kill -9 keeps all that was acknowledged, and tears nothing", killAppend, kProcesses,
           Pace::Slow, 180},
          {"I03", "list: kill -9 leaves no temporary names behind", killLeavesNothing, kProcesses, Pace::Slow, 180},
          {"I04", "write: into a full place is NoSpace, the old value stays", fullWrite},
          {"I05", "append: into a full place is NoSpace and leaves no part", fullAppend},
          {"I06", "write, append: that can't be synced are no success, if durability is declared", unsynced,
           Capability::SurvivesPowerLoss | Facility::Folder},
          {"I07", "all: without free descriptors is an error, and works again afterwards", noDescriptors},
          {"I08", "write, append, remove: without permission is PermissionDenied", readOnlyRoot, Facility::Folder},
      }};
}

}  // namespace tally::conformance
