// Groups J and N: calls that end early, and objects that do.
#include "call_cases.hpp"

#include <chrono>
#include <stop_token>
#include <thread>

#include "groups.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

/// Every operation under `call`, which must not begin.
void expectAllRefused(Context& context, const Call& call, ErrorCode code, const std::string& why) {
  auto& storage = context.storage();
  storage.write("x", "1");
  const auto refused = [&](const char* what, const auto& action) { expectError(code, what + why, action); };
  refused("read", [&] { storage.read("x", {}, call); });
  refused("write", [&] { storage.write("x", "2", {}, call); });
  refused("append", [&] { storage.append("x", "2", {}, call); });
  refused("stat", [&] { storage.stat("x", call); });
  refused("remove", [&] { storage.remove("x", {}, call); });
  struct Ignore final : EntrySink {
    void take(std::string_view, bool) override {}
  } ignore;
  refused("list", [&] { storage.list("", {}, ignore, call); });
  expectContent(storage, "x", "1");
}

void cancelled(Context& context) {
  const std::uint32_t word = 1;
  Call call;
  call.cancel = CancelToken(&word, -1);
  expectAllRefused(context, call, ErrorCode::Cancelled, " that was cancelled before it began");
}

void tooLate(Context& context) {
  expectAllRefused(context, Call::within(0ns), ErrorCode::Timeout, " without any time");
}

/// Cancel a large write at some moment of it; what is there afterwards must fit its answer.
void cancelledInside(Context& context) {
  auto& storage = context.storage();
  const std::string old = context.bytes(100'000), large = context.bytes(8'000'000);
  std::vector<std::string> names;
  for (unsigned round = 0; round < context.rounds(8); ++round) {
    // On an object of its own: a write of unknown outcome may still be on its way.
    const std::string key = "d/" + names.emplace_back("x" + std::to_string(round));
    storage.write(key, old);
    std::stop_source stop;
    Call call;
    call.cancel = CancelToken(stop.get_token());
    const auto pause = std::chrono::microseconds(context.number(0, 5000));
    std::thread canceller([&] {
      std::this_thread::sleep_for(pause);
      stop.request_stop();
    });
    std::optional<ErrorCode> code;
    try {
      storage.write(key, large, {}, call);
    } catch (const Error& error) {
      code = error.code();
    }
    canceller.join();
    if (!code) {
      expectBytes("content of '" + key + "' after a write that ended in time", storage.read(key), large);
    } else if (*code == ErrorCode::OutcomeUnknown) {
      const std::string found = storage.read(key);
      expectBytes("content of '" + key + "' after a write of unknown outcome", found,
                  found.size() == old.size() ? old : large);
    } else {
      expect(*code == ErrorCode::Cancelled, "write that was cancelled: found " + std::string(nameOf(*code)));
      expectBytes("content of '" + key + "' after a write that was cancelled", storage.read(key), old);
    }
  }
  expectListing(storage, "d", names);
}

void inTime(Context& context) {
  auto& storage = context.storage();
  const Call call = Call::within(30s);
  storage.write("x", "1", {}, call);
  storage.append("x", "2", {}, call);
  expectBytes("content of 'x', read with a deadline", storage.read("x", {}, call), "12");
}

WriteOptions living(std::chrono::nanoseconds time) {
  WriteOptions options;
  options.time_to_live = time;
  return options;
}

/// Wait until the key has vanished; what is there until then must be `content`.
void waitUntilGone(IStorage& storage, std::string_view key, std::string_view content) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      expectBytes("content of " + quote(key) + " before its end", storage.read(key), content);
    } catch (const Error& error) {
      expectErrorAmong({ErrorCode::NotFound}, "read of " + quote(key) + " at its end", &error);
      return;
    }
    std::this_thread::sleep_for(1ms);
  }
  fail(quote(key) + " is still there long after its time to live");
}

void vanishes(Context& context) {
  auto& storage = context.storage();
  storage.write("d/stays", "2", living(1h));
  storage.write("d/goes", "1", living(200ms));
  storage.write("gone/alone", "1", living(200ms));
  waitUntilGone(storage, "d/goes", "1");
  expectAbsent(storage, "d/goes");
  waitUntilGone(storage, "gone/alone", "1");
  if (!context.offers(Capability::KeepsEmptyDirectories)) expectAbsent(storage, "gone");
  expectContent(storage, "d/stays", "2");
  storage.write("d/goes", "new");
  expectContent(storage, "d/goes", "new");
}

void appendBeforeTheEnd(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "whole", living(200ms));
  storage.append("x", "+more");
  waitUntilGone(storage, "x", "whole+more");
  storage.append("x", "anew");
  expectContent(storage, "x", "anew");
}

void plainWriteStays(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "1", living(100ms));
  storage.write("x", "2");
  storage.write("witness", "1", living(300ms));
  waitUntilGone(storage, "witness", "1");
  expectContent(storage, "x", "2");
}

}  // namespace

Group callCases() {
  Group group{'J',
              "calls: deadlines, cancellation, servers that fail or refuse",
              {
                  {"J12", "all: a call that is cancelled already does nothing", cancelled},
                  {"J13", "write: cancelled inside leaves the old or the new value, as it says", cancelledInside},
                  {"J14", "all: a call whose time is over is a Timeout and does nothing", tooLate},
                  {"J17", "all: a call with time enough works", inTime},
              }};
  for (auto& more : {deadServerCases(), badLineCases(), refusalCases()}) {
    group.cases.insert(group.cases.end(), more.begin(), more.end());
  }
  return group;
}

Group expiryCases() {
  constexpr auto kExpiry = Capability::TimeToLive;
  return {'N',
          "expiry",
          {
              {"N01", "write: with a time to live vanishes whole, and only then", vanishes, kExpiry},
              {"N02", "append: to what will vanish leaves no part of it", appendBeforeTheEnd, kExpiry},
              {"N11", "write: without a time to live stays, whatever the old one had", plainWriteStays, kExpiry},
          }};
}

}  // namespace tally::conformance
