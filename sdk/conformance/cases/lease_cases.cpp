// Group T: one writer at a time, the latest wins.
#include "tally/extensions/lease.hpp"

#include <atomic>

#include "abilities.hpp"
#include "groups.hpp"
#include "parallel.hpp"

namespace tally::conformance {
namespace {

std::unique_ptr<Lease> acquire(IStorage& storage, std::string_view owner, bool if_free = false,
                               std::string_view key = "d/x") {
  LeaseOptions options;
  options.if_free = if_free;
  auto lease = of<Leases>(storage).acquireLease(key, owner, options, {});
  expect(lease != nullptr, "acquireLease returned nothing");
  return lease;
}

void expectLost(Lease& lease, const std::string& whose) {
  expectError(ErrorCode::Conflict, "write by " + whose, [&] { lease.write("overtaken", {}); });
  expectError(ErrorCode::Conflict, "append by " + whose, [&] { lease.append("overtaken", {}); });
}

void holds(Context& context) {
  auto& storage = context.storage();
  const auto lease = acquire(storage, "first");
  const auto version = lease->write("one", {});
  expect(version == storage.stat("d/x")->version, "write by a lease: says another version than stat");
  const auto size = lease->append("+two", {});
  if (size) expectEqual<std::uint64_t>("size after an append by a lease", *size, 7);
  expectContent(storage, "d/x", "one+two");
  lease->write("three", {});
  expectContent(storage, "d/x", "three");
}

// (bug 44) Nothing kept two writers apart.
void successorWins(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "before");
  const auto first = acquire(storage, "first");
  first->append("+first", {});
  const auto second = acquire(storage, "second");
  expectContent(storage, "d/x", "before+first");
  expectLost(*first, "a holder that was overtaken");
  expectContent(storage, "d/x", "before+first");
  second->append("+second", {});
  expectLost(*first, "a holder that was overtaken");
  expectContent(storage, "d/x", "before+first+second");
  const auto third = acquire(storage, "third");
  expectLost(*first, "a holder that was overtaken twice");
  expectLost(*second, "its successor, overtaken too");
  third->write("third", {});
  expectContent(storage, "d/x", "third");
}

void onlyIfFree(Context& context) {
  auto& storage = context.storage();
  const auto first = acquire(storage, "first", true);
  expectError(ErrorCode::Conflict, "acquire of a lease that another one holds",
              [&] { acquire(storage, "second", true); });
  first->write("first goes on", {});
  expectContent(storage, "d/x", "first goes on");
  first->release({});
  const auto second = acquire(storage, "second", true);
  second->append(", second too", {});
  expectContent(storage, "d/x", "first goes on, second too");
}

void givenUp(Context& context) {
  auto& storage = context.storage();
  const auto first = acquire(storage, "first");
  first->write("kept", {});
  first->release({});
  first->release({});
  expectLost(*first, "a holder that gave up its lease");
  expectContent(storage, "d/x", "kept");
}

void lateRelease(Context& context) {
  auto& storage = context.storage();
  const auto first = acquire(storage, "first");
  const auto second = acquire(storage, "second");
  first->release({});
  expectError(ErrorCode::Conflict, "acquire of a lease after its former holder gave up what it had lost",
              [&] { acquire(storage, "third", true); });
  second->write("second", {});
  expectContent(storage, "d/x", "second");
}

void droppedStaysHeld(Context& context) {
  auto& storage = context.storage();
  acquire(storage, "gone")->write("1", {});
  expectError(ErrorCode::Conflict, "acquire of a lease whose holder went without giving it up",
              [&] { acquire(storage, "next", true); });
  acquire(storage, "next")->append("2", {});
  expectContent(storage, "d/x", "12");
}

void eachKeyItsOwn(Context& context) {
  auto& storage = context.storage();
  const auto one = acquire(storage, "first", true, "d/x");
  const auto other = acquire(storage, "second", true, "d/xy");
  one->write("1", {});
  other->write("2", {});
  expectContent(storage, "d/x", "1");
  expectContent(storage, "d/xy", "2");
}

void othersGoOn(Context& context) {
  auto& storage = context.storage();
  const auto lease = acquire(storage, "first");
  lease->write("one", {});
  storage.append("d/x", "+plain");
  lease->append("+two", {});
  expectContent(storage, "d/x", "one+plain+two");
  storage.remove("d/x");
  expectAbsent(storage, "d/x");
}

/// After something that ended the lease: nothing of its holder lands, and it is free.
void expectEnded(IStorage& storage, Lease& lease, const std::string& why) {
  expectLost(lease, "a holder whose object was removed" + why);
  expect(!storage.stat("d/x"), "stat of what was removed, after its holder tried to write it: found something");
  expectError(ErrorCode::NotFound, "read of what was removed", [&] { storage.read("d/x"); });
  storage.write("d/x", "anew");
  expectLost(lease, "a holder whose object was removed" + why + " and made again");
  expectContent(storage, "d/x", "anew");
  const auto next = acquire(storage, "next", true);
  next->append("+next", {});
  lease.release({});
  next->append("+still", {});
  expectContent(storage, "d/x", "anew+next+still");
  next->release({});
}

void removedByOthers(Context& context) {
  auto& storage = context.storage();
  const auto first = acquire(storage, "first");
  first->write("one", {});
  storage.write("d/x", "plain");
  first->append("+first", {});
  expectContent(storage, "d/x", "plain+first");
  first->write("first again", {});
  storage.remove("d/x");
  expectEnded(storage, *first, "");
  const auto second = acquire(storage, "second");
  second->append("+second", {});
  storage.remove("d", {true});
  expectEnded(storage, *second, " with its directory");
}

void directory(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "1");
  expectError(ErrorCode::IsADirectory, "acquire of a lease on a directory",
              [&] { acquire(storage, "first", false, "d"); });
}

void ownerNames(Context& context) {
  auto& storage = context.storage();
  for (const std::string& owner : {std::string(), std::string(37, 'a'), std::string("a\nb"), std::string("\xC3\xA4"),
                                   std::string("a\0b", 3), std::string("\x7F")}) {
    expectError(ErrorCode::InvalidArgument, "acquire of a lease as " + quote(owner),
                [&] { acquire(storage, owner, true); });
  }
  acquire(storage, std::string(36, 'z'), true)->write("1", {});
  expectContent(storage, "d/x", "1");
}

/// Holders overtake each other while all append: nobody's bytes land once a later one has begun. (bug 44)
void underContention(Context& context) {
  auto& storage = context.storage();
  const unsigned rounds = context.rounds(30);
  inThreads(4, [&](unsigned i) {
    for (unsigned round = 0; round < rounds; ++round) {
      const std::string name = std::to_string(i) + "." + std::to_string(round);
      const auto lease = acquire(storage, name);
      try {
        for (int k = 0; k < 5; ++k) lease->append(name + "\n", {});
      } catch (const Error& error) {
        expectErrorAmong({ErrorCode::Conflict}, "append by a holder that may have been overtaken", &error);
      }
    }
  });
  const std::string content = storage.read("d/x");
  std::vector<std::string> seen;
  for (std::size_t at = 0; at < content.size();) {
    const auto end = content.find('\n', at);
    const std::string name = content.substr(at, end - at);
    at = end + 1;
    if (!seen.empty() && seen.back() == name) continue;
    for (const auto& before : seen) {
      expect(before != name, "a holder that was overtaken went on: " + quote(name) + " comes again behind others");
    }
    seen.push_back(name);
  }
}

// (bug 44)
void slowProcess(Context& context) {
  Child slow([&](const Child::Reporter& report) {
    const auto storage = context.open();
    const auto lease = acquire(*storage, "slow");
    lease->append("slow\n", {});
    report(1);
    for (;;) {  // until somebody overtakes it
      try {
        lease->append("slow\n", {});
      } catch (const Error& error) {
        expectErrorAmong({ErrorCode::Conflict}, "append by a process that was overtaken", &error);
        break;
      }
    }
    expectLost(*lease, "a process that was overtaken");
  });
  slow.next();
  const auto storage = context.open();
  const auto lease = acquire(*storage, "fast");
  const std::string before = storage->read("d/x");
  lease->append("fast\n", {});
  slow.finish();
  expectBytes("content of 'd/x' after a lease was taken over", storage->read("d/x"), before + "fast\n");
}

}  // namespace

Group leaseCases() {
  constexpr auto kLease = Leases::kId;
  constexpr auto kProcesses = Facility::Processes;
  return {'T',
          "leases, with tally.lease/1",
          {
              {"T01", "the holder writes and appends as everybody does", holds, kLease},
              {"T02", "the successor wins; the overtaken one gets Conflict, and nothing of it lands", successorWins,
               kLease},
              {"T03", "acquire if free: Conflict while another one holds it", onlyIfFree, kLease},
              {"T04", "release: whoever gave it up can't write any more", givenUp, kLease},
              {"T05", "release: of a lost one nothing happens to the successor's", lateRelease, kLease},
              {"T06", "without a release it stays held until somebody takes it over", droppedStaysHeld, kLease},
              {"T07", "each object has its own", eachKeyItsOwn, kLease},
              {"T08", "writers without a lease are not kept out", othersGoOn, kLease},
              {"T09", "acquire: a directory is IsADirectory", directory, kLease},
              {"T10", "acquire: names of 1 to 36 printable characters, else InvalidArgument", ownerNames,
               kLease | Needs(Facility::Host)},
              {"T11", "4 threads overtake each other: nobody goes on behind its successor", underContention, kLease},
              {"T12", "a slow process can't write behind its successor", slowProcess, kLease | Needs(kProcesses)},
              {"T14", "others replace the object: the lease stays; they remove it: the lease ends", removedByOthers,
               kLease},
          }};
}

}  // namespace tally::conformance
