// Groups C and J: connections that are cut, garbled or slow, at each request of each operation.
#include <chrono>
#include <functional>
#include <thread>

#include "call_cases.hpp"
#include "failing_server.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

constexpr Fault kCuts[] = {Fault::CutBefore, Fault::CutInside, Fault::CutAfter, Fault::CutAnswer};

const char* wordsFor(Fault fault) {
  switch (fault) {
    case Fault::CutBefore: return " that was cut before its request";
    case Fault::CutInside: return " that was cut inside its request";
    case Fault::CutAfter: return " whose answer was lost";
    case Fault::CutAnswer: return " whose answer was cut";
    default: return " whose answer was garbled";
  }
}

/// A read, and a check that what it delivers is right.
struct CheckedRead {
  const char* name;
  std::function<void(IStorage&, const std::string& what, const Call&)> run;
};

std::vector<CheckedRead> checkedReads(const std::string& large) {
  return {
      {"read", [](auto& s, const auto& what, const Call& call) { expectBytes(what, s.read("d/x", {}, call), kOld); }},
      {"read of 300 000 bytes",
       [&](auto& s, const auto& what, const Call& call) { expectBytes(what, s.read("d/large", {}, call), large); }},
      {"list",
       [](auto& s, const auto& what, const Call& call) {
         expectNames(what, namesIn(s, "d", call), {"large", "x"});
       }},
      {"stat",
       [](auto& s, const auto& what, const Call& call) {
         const auto stat = s.stat("d/x", call);
         expect(stat && !stat->is_directory, what + ": found nothing, expected a file");
       }},
  };
}

/// Reads under `fault`, at each of their requests and then at all of them: right, or an error, and never anything else.
void tryReads(Context& context, Fault fault) {
  Proxied on(context);
  const std::string large = context.bytes(300'000);
  on.direct->write("d/large", large);
  for (const auto& read : checkedReads(large)) {
    const std::string what = read.name + std::string(wordsFor(fault));
    const auto attempt = [&](const Call& call) {
      outcomeOf(context, what, [&] { read.run(*on.storage, what, call); });
    };
    atEachRequest(on.proxy, {fault}, [&] { attempt(Call()); });
    on.proxy.arm({fault, Strike::kForEver});
    attempt(Call::within(300ms));
    on.proxy.disarm();
  }
  expectContent(*on.storage, "d/x", kOld);
}

void cutReads(Context& context) {
  for (const Fault fault : kCuts) tryReads(context, fault);
}

void garbledReads(Context& context) { tryReads(context, Fault::Garble); }

/// That "d/x" is what `ending` says: what `done` is, or still the old value. Empty: absent.
void expectEnding(Proxied& on, const std::string& what, Ending ending, const std::string& done) {
  std::string found;
  if (on.direct->stat("d/x")) found = on.direct->read("d/x");
  if (ending == Ending::Done) return expectBytes("content of 'd/x' after the " + what, found, done);
  if (ending == Ending::Unknown && found == done) return;
  expectBytes("content of 'd/x' after the " + what + ", which was told to have failed", found, kOld);
}

void tryChange(Context& context, Proxied& on, Fault fault, const Operation& change, const std::string& done) {
  const std::string what = change.name + std::string(wordsFor(fault));
  atEachRequest(on.proxy, {fault}, [&] {
    on.direct->write("d/x", kOld);
    const Ending ending = outcomeOf(context, what, [&] { change.run(*on.storage, Call()); });
    expectEnding(on, what, ending, done);
  });
  on.direct->write("d/x", kOld);
  on.storage->append("d/x", kNew);
  expectContent(*on.direct, "d/x", std::string(kOld) + kNew);
}

/// What the storage remembers of the object, from its last change.
enum class Memory { Kept, Gone };

void tryChanges(Context& context, std::initializer_list<const char*> names, std::initializer_list<Fault> faults,
                Memory memory = Memory::Kept) {
  Proxied on(context);
  for (const auto& change : operations()) {
    for (const std::string_view name : names) {
      if (name != change.name) continue;
      const std::string done = name == "write" ? kNew : name == "append" ? std::string(kOld) + kNew : std::string();
      for (const Fault fault : faults) {
        if (memory == Memory::Gone) on.storage->remove("d/x");
        tryChange(context, on, fault, change, done);
      }
    }
  }
}

constexpr auto kEveryCut = {Fault::CutBefore, Fault::CutInside, Fault::CutAfter, Fault::CutAnswer};

// (bug 43)
void cutChanges(Context& context) { tryChanges(context, {"write", "remove"}, kEveryCut); }
void garbledChanges(Context& context) {
  for (const Memory memory : {Memory::Kept, Memory::Gone}) {
    tryChanges(context, {"write", "append", "remove"}, {Fault::Garble}, memory);
  }
}
// (bugs 32 and 43) An append whose answer was lost was sent again, and landed twice.
void cutAppends(Context& context) { tryChanges(context, {"append"}, kEveryCut); }

/// A write, an append to the old value, and an append to nothing, of 3 MiB, at each cut.
void cutLargeChanges(Context& context) {
  Proxied on(context);
  const std::string large = context.bytes(3U << 20);
  const Operation changes[] = {
      {"write of 3 MiB", true, [&](IStorage& s, const Call& call) { s.write("d/x", large, {}, call); }},
      {"append of 3 MiB", true, [&](IStorage& s, const Call& call) { s.append("d/x", large, {}, call); }}};
  for (const auto& change : changes) {
    const bool is_write = &change == &changes[0];
    for (const Fault fault : kCuts) {
      tryChange(context, on, fault, change, is_write ? large : kOld + large);
      expectListing(*on.direct, "d", {"x"});
    }
  }
}

// (bug 32)
void cutTokens(Context& context) {
  Proxied on(context);
  std::string expected = kOld;
  int number = 0;
  for (const Fault fault : kCuts) {
    atEachRequest(on.proxy, {fault}, [&] {
      const std::string line = "line " + std::to_string(++number) + "\n";
      AppendOptions once;
      once.token = line;
      const std::string what = "append with a token" + std::string(wordsFor(fault));
      const auto append = [&] { on.storage->append("d/x", line, once); };
      if (outcomeOf(context, what, append) != Ending::Done) append();
      expected += line;
      expectContent(*on.direct, "d/x", expected);
    });
  }
}

/// Wait until the server has got so many requests that nobody waits for.
void waitForDelivery(const FaultProxy& proxy, int count) {
  const auto limit = Call::Clock::now() + 10s;
  while (proxy.delivered() < count && Call::Clock::now() < limit) std::this_thread::sleep_for(1ms);
  expect(proxy.delivered() >= count, "the proxy has not delivered the late request");
}

/// Do something of which the server gets every request twice, the second time when `meanwhile` has been done.
void doTwice(Proxied& on, const std::function<void()>& action, const std::function<void()>& meanwhile) {
  const int struck = on.proxy.struck(), delivered = on.proxy.delivered();
  Strike repeat{Fault::Repeat, Strike::kForEver};
  repeat.wait = 200ms;
  on.proxy.arm(repeat);
  action();
  on.proxy.disarm();
  meanwhile();
  waitForDelivery(on.proxy, delivered + on.proxy.struck() - struck);
}

// (bug 43)
void repeatedTokens(Context& context) {
  Proxied on(context);
  AppendOptions once;
  once.token = "token";
  on.direct->write("d/x", kOld);  // so that the other handle knows nothing of the end, by which it could tell
  doTwice(
      on, [&] { on.storage->append("d/x", kNew, once); }, [] {});
  expectContent(*on.direct, "d/x", std::string(kOld) + kNew);
}

void repeatedConditions(Context& context) {
  Proxied on(context);
  on.direct->write("d/x", kOld);  // so that the other handle knows nothing of the end, by which it could tell
  WriteOptions condition;
  condition.if_version = on.direct->stat("d/x")->version;
  doTwice(
      on, [&] { on.storage->write("d/x", kNew, condition); }, [&] { on.direct->write("d/x", "newer"); });
  expectContent(*on.direct, "d/x", "newer");
}

void lateWrite(Context& context) {
  Proxied on(context);
  const int before = on.proxy.delivered();
  Strike late{Fault::Delay};
  late.wait = 500ms;
  on.proxy.arm(late);
  const Ending ending =
      outcomeOf(context, "write that is late", [&] { on.storage->write("d/x", kNew, {}, Call::within(200ms)); });
  expect(ending == Ending::Unknown, "write that may still arrive: only OutcomeUnknown says so");
  waitForDelivery(on.proxy, before + 1);
  expectEnding(on, "write that is late", ending, kNew);
}

void lateAnswers(Context& context) {
  Proxied on(context);
  on.direct->write("d/other", "another value");
  Strike late{Fault::Delay};
  late.wait = 300ms;
  for (int round = 0; round < 3; ++round) {
    on.proxy.arm(late);
    outcomeOf(context, "read that is late", [&] { on.storage->read("d/x", {}, Call::within(100ms)); });
    expectBytes("content of 'd/other', asked for while an answer about 'd/x' was due", on.storage->read("d/other"),
                "another value");
  }
}

}  // namespace

std::vector<Case> badLineAppendCases() {
  constexpr auto kServer = Facility::Server;
  constexpr auto kToken = Capability::AppendToken | Facility::Server;
  return {
      {"C16", "append: cut anywhere lands once or not at all, or says that it can't know", cutAppends, kServer},
      {"C21", "append: with a token, cut anywhere and repeated, lands once", cutTokens, kToken},
      {"C22", "append: with a token, arriving twice, lands once", repeatedTokens, kToken},
  };
}

std::vector<Case> badLineCases() {
  constexpr auto kServer = Facility::Server;
  constexpr auto kVersion = Capability::IfVersion | Facility::Server;
  return {
      {"J09", "read, list, stat: with a cut answer are right or an error, never short", cutReads, kServer},
      {"J10", "read, list, stat: with a garbled answer are right or an error", garbledReads, kServer},
      {"J11", "write, remove: cut anywhere are done or not, or say that they can't know", cutChanges, kServer},
      {"J26", "write, append: of 3 MiB, cut anywhere, are done once or not, or say that they can't know",
       cutLargeChanges, kServer, Pace::Slow, 180},
      {"J18", "write, append, remove: with a garbled answer likewise", garbledChanges, kServer},
      {"J19", "write: that may arrive after its deadline is OutcomeUnknown", lateWrite, kServer},
      {"J20", "write: with if_version, arriving again later, undoes nothing", repeatedConditions, kVersion},
      {"J21", "read: an answer that is late is not taken for the next one", lateAnswers, kServer},
  };
}

}  // namespace tally::conformance
