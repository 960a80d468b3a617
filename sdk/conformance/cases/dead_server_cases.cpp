// Group J: servers that are gone, say nothing, are busy or broken.
#include <atomic>
#include <chrono>
#include <thread>

#include "call_cases.hpp"
#include "failing_server.hpp"
#include "tally/storage.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;
using Clock = Call::Clock;

constexpr auto kSoon = 10s;         // a server that is not there shows at once; adapters may look a few times
constexpr auto kOwnPatience = 60s;  // of an adapter that nobody gave a deadline
constexpr auto kSlack = 1500ms;     // of a machine that has something else to do
constexpr int kMostAttempts = 30;   // of one operation

void expectWithin(const std::string& what, Clock::time_point begin, std::chrono::milliseconds limit) {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  expect(took <= limit, what + ": took " + std::to_string(took.count()) + " ms, at most " +
                            std::to_string(limit.count()) + " allowed");
}

/// All operations while the server can't answer; each fails like that, and soon.
void expectAllGiveUp(Context& context, Proxied& on, std::initializer_list<ErrorCode> codes, const std::string& why,
                     std::chrono::milliseconds deadline, std::chrono::milliseconds limit) {
  inEachOperation([&](const Operation& operation) {
    const std::string what = operation.name + why;
    const Call call = deadline == 0ms ? Call() : Call::within(deadline);
    const auto begin = Clock::now();
    const Error error = expectRefusal(context, codes, what, [&] { operation.run(*on.storage, call); });
    expectWithin(what, begin, limit);
    expect(operation.changes || error.code() != ErrorCode::OutcomeUnknown,
           what + ": found OutcomeUnknown for what changes nothing");
  });
}

/// That the storage works again, after what it went through.
void expectRecovered(Proxied& on) {
  on.direct->write("d/x", kOld);
  const auto limit = Clock::now() + kSoon;
  for (;;) {
    try {
      expectBytes("content of 'd/x' when the server is back", on.storage->read("d/x"), kOld);
      break;
    } catch (const Error& error) {
      if (Clock::now() > limit) throw;
    }
  }
  on.storage->append("d/x", kNew);
  expectContent(*on.direct, "d/x", std::string(kOld) + kNew);
}

// (bug 24) Every failure was an empty value, an empty listing or an absent key.
void gone(Context& context) {
  Proxied on(context);
  on.proxy.goAway();
  expectAllGiveUp(context, on, {ErrorCode::Unavailable}, " without a server", 0ms, kSoon);
  const auto begin = Clock::now();
  expectRefusal(context, {ErrorCode::Unavailable}, "open without a server, and read",
                [&] { context.harness().openAt(on.proxy.address())->read("d/x"); });
  expectWithin("open without a server", begin, kSoon);
  expectContent(*on.direct, "d/x", kOld);
  on.proxy.comeBack();
  expectRecovered(on);
}

// (bug 31) No call had a time limit.
void silent(Context& context) {
  Proxied on(context);
  on.proxy.arm({Fault::Hang, Strike::kForEver});
  expectAllGiveUp(context, on, {ErrorCode::Timeout, ErrorCode::OutcomeUnknown}, " with 300 ms, while nobody answers",
                  300ms, 300ms + kSlack);
  on.proxy.disarm();
  expectRecovered(on);
}

// (bug 31)
void silentForLong(Context& context) {
  Proxied on(context);
  on.proxy.arm({Fault::Hang, Strike::kForEver});
  expectAllGiveUp(context, on, {ErrorCode::Timeout, ErrorCode::Unavailable, ErrorCode::OutcomeUnknown},
                  " while nobody answers", 0ms, kOwnPatience);
  on.proxy.disarm();
  expectRecovered(on);
}

void dripping(Context& context) {
  Proxied on(context);
  Strike drip{Fault::Drip, Strike::kForEver};
  drip.wait = 100ms;
  on.proxy.arm(drip);
  inEachOperation([&](const Operation& operation) {
    const std::string what = operation.name + std::string(" with 400 ms, while the answer drips");
    const auto begin = Clock::now();
    outcomeOf(context, what, [&] { operation.run(*on.storage, Call::within(400ms)); });
    expectWithin(what, begin, 400ms + kSlack);
  });
  on.proxy.disarm();
  expectRecovered(on);
}

void cancelledWhileWaiting(Context& context) {
  Proxied on(context);
  for (const auto& operation : operations()) {
    const int before = on.proxy.struck();
    on.proxy.arm({Fault::Hang, Strike::kForEver});
    std::stop_source stop;
    Clock::time_point asked;
    std::thread canceller([&] {
      const auto limit = Clock::now() + kSoon;
      while (on.proxy.struck() == before && Clock::now() < limit) std::this_thread::sleep_for(1ms);
      asked = Clock::now();
      stop.request_stop();
    });
    Call call;
    call.cancel = CancelToken(stop.get_token());
    const std::string what = operation.name + std::string(" that is cancelled while nobody answers");
    std::exception_ptr failed;
    try {
      expectRefusal(context, {ErrorCode::Cancelled, ErrorCode::OutcomeUnknown}, what,
                    [&] { operation.run(*on.storage, call); });
    } catch (...) {
      failed = std::current_exception();
    }
    const auto answered = Clock::now();
    canceller.join();
    if (failed) std::rethrow_exception(failed);
    expect(answered - asked < kSlack, what + ": did not end soon");
    on.proxy.disarm();
  }
  expectRecovered(on);
}

/// What 'd/x' is after an operation that was done, as expectListing or expectContent see it.
void expectDone(IStorage& direct, const Operation& operation) {
  const std::string_view name = operation.name;
  if (name == "remove") return expectAbsent(direct, "d/x");
  expectContent(direct, "d/x",
                name == "write"    ? kNew
                : name == "append" ? std::string(kOld) + kNew
                                   : std::string(kOld));
}

void busyTwice(Context& context) {
  const std::string busy = replyOf(context, Reply::Busy);
  Proxied on(context);
  for (const auto& operation : operations()) {
    on.direct->write("d/x", kOld);
    on.proxy.arm({Fault::Answer, 2, 0, {}, busy});
    operation.run(*on.storage, Call());
    expectEqual(operation.name + std::string(": answers of a busy server that are left"), on.proxy.left(), 0);
    expectDone(*on.direct, operation);
  }
}

void broken(Context& context) {
  Strike answer{Fault::Answer, Strike::kForEver};
  answer.answer = replyOf(context, Reply::Broken);
  Proxied on(context);
  const int before = on.proxy.struck();
  on.proxy.arm(answer);
  inEachOperation([&](const Operation& operation) {
    const std::string what = operation.name + std::string(" on a server that is broken");
    const Error error = expectRefusal(context, {ErrorCode::Unavailable, ErrorCode::OutcomeUnknown}, what,
                                      [&] { operation.run(*on.storage, Call()); });
    expect(operation.changes || error.retryable(), what + ": the error does not say that a retry may help");
  });
  on.proxy.disarm();
  const auto attempts = static_cast<std::size_t>(on.proxy.struck() - before), count = operations().size();
  expect(attempts >= count && attempts <= count * kMostAttempts,
         "a server that is broken: found " + std::to_string(attempts) + " attempts of " + std::to_string(count) +
             " operations, expected 1 to " + std::to_string(kMostAttempts) + " of each");
  expectContent(*on.direct, "d/x", kOld);
}

void awayBetweenAppends(Context& context) {
  Proxied on(context);
  std::string expected = kOld;
  for (int round = 0; round < 5; ++round) {
    on.storage->append("d/x", kNew);
    expected += kNew;
    on.proxy.goAway();
    on.proxy.comeBack();
    on.storage->append("d/x", kNew);
    expected += kNew;
    expectContent(*on.direct, "d/x", expected);
  }
}

}  // namespace

std::vector<Case> deadServerCases() {
  constexpr auto kServer = Facility::Server;
  return {
      {"J01", "all: without a server are Unavailable, soon, and work again when it is back", gone, kServer},
      {"J02", "all: while the server says nothing, end at their deadline", silent, kServer},
      {"J07", "all: a server that is busy twice is asked again", busyTwice, kServer},
      {"J08", "all: a server that is broken is an error after some attempts", broken, kServer},
      {"J22", "all: while the server says nothing, end by themselves", silentForLong, kServer, Pace::Slow, 120},
      {"J23", "all: while the answer drips, end at their deadline", dripping, kServer},
      {"J24", "all: a cancellation ends the wait for an answer", cancelledWhileWaiting, kServer},
      {"J25", "append: a server that was away in between gets it once", awayBetweenAppends, kServer},
  };
}

}  // namespace tally::conformance
