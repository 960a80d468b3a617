// Group M: followers beside writers, and how fast and how quiet they are.
#include <time.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "follow_reader.hpp"
#include "parallel.hpp"
#include "stopper.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::chrono::nanoseconds processorTime() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void idle(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "1");
  FollowReader reader(storage, "x");
  reader.expectBytes("1");
  constexpr std::chrono::milliseconds kTime = 4s;
  const auto before = processorTime();
  expect(reader.next(Call::within(kTime)) == FollowEvent::Nothing, "a follower found something where nothing came");
  const auto used = processorTime() - before;
  expect(used < kTime / 50, "a follower that waited 4 s used the processor for " +
                                std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(used).count()) +
                                " ms; waiting must not be looking again and again");
}

/// How long `action` of another thread takes to end what this thread waits in, each time.
template <typename Wait, typename Action>
std::vector<Clock::duration> delays(unsigned rounds, Wait&& wait, Action&& action) {
  std::vector<Clock::duration> all;
  for (unsigned round = 0; round < rounds; ++round) {
    std::atomic<Clock::time_point> acted{Clock::time_point::min()};
    Clock::time_point woken;
    inThreads(2, [&](unsigned i) {
      if (i == 0) {
        wait();
        woken = Clock::now();
        return;
      }
      std::this_thread::sleep_for(20ms);  // so that the other one waits by now; also if not, the case holds
      acted = Clock::now();
      action();
    });
    all.push_back(woken - acted.load());
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Most of them: a machine that is busy may be late with a few.
void expectFast(const std::vector<Clock::duration>& delays, const std::string& what) {
  const auto half = std::chrono::duration_cast<std::chrono::milliseconds>(delays[delays.size() / 2]).count();
  expect(half < 200,
         what + " took " + std::to_string(half) + " ms in the half of all tries, expected less than 200 ms");
}

void wakes(Context& context) {
  auto& storage = context.storage();
  FollowReader reader(storage, "x");
  std::string all;
  const auto taken = delays(
      11, [&] { expect(reader.next(Call::within(20s)) == FollowEvent::Data, "an append did not wake its follower"); },
      [&] { storage.append("x", "1"); });
  expectFast(taken, "an append on its way to a follower");
  reader.expectBytes(std::string(11, '1'));
}

void cancelled(Context& context) {
  auto& storage = context.storage();
  FollowReader reader(storage, "x");
  std::vector<std::unique_ptr<Stopper>> stoppers;
  const auto wait = [&] {
    expectError(ErrorCode::Cancelled, "next of a follower that is cancelled while it waits",
                [&] { reader.next(stoppers.back()->within(20s)); });
  };
  std::vector<Clock::duration> taken;
  for (unsigned round = 0; round < context.rounds(20); ++round) {
    stoppers.push_back(std::make_unique<Stopper>(context.harness()));
    taken.push_back(delays(1, wait, [&] {
                      storage.write("other", "1");  // a follower that waits keeps nobody from writing
                      stoppers.back()->stop();
                    }).front());
  }
  std::sort(taken.begin(), taken.end());
  expectFast(taken, "a cancellation on its way to a follower");
  storage.append("x", "still there");
  reader.expectBytes("still there");
}

void hundred(Context& context) {
  auto& storage = context.storage();
  const unsigned appends = context.rounds(1000);
  std::string all;
  for (unsigned i = 0; i < appends; ++i) all += "line " + std::to_string(i) + "\n";
  inThreads(101, [&](unsigned i) {
    if (i == 0) {
      for (unsigned line = 0; line < appends; ++line) storage.append("x", "line " + std::to_string(line) + "\n");
    } else {
      FollowReader(storage, "x").expectBytes(all, 150s);  // that all come is the promise, not how soon
    }
  });
}

constexpr std::size_t kLongestLine = 200'001;

/// One letter again and again, and a line feed; `letter` is the writer's.
std::string lineOf(Context& context, unsigned letter) {
  return std::string(context.number(1, 60'000), static_cast<char>('a' + letter)) + "\n";
}

/// That nothing of an append was delivered that is not whole: an event may end inside one, but then its rest can be
/// read.
void expectWholeLines(IStorage& storage, const std::string& bytes) {
  if (bytes.empty() || bytes.back() == '\n') return;
  const std::string rest = storage.read("x", {bytes.size(), kLongestLine});
  expect(rest.find('\n') != rest.npos, "a follower delivered a part of an append, up to byte " +
                                           std::to_string(bytes.size()) + ", whose rest can't be read");
}

/// Follow until `done` was set and all came.
void followWhole(IStorage& storage, const std::atomic<bool>& done) {
  FollowReader reader(storage, "x");
  for (;;) {
    const bool last = done;
    const auto event = reader.next(Call::within(100ms));
    expectWholeLines(storage, reader.bytes());
    if (last && event == FollowEvent::Nothing) break;
  }
  expectBytes("what a follower delivered", reader.bytes(), storage.read("x"));
}

void wholeAppends(Context& context) {
  auto& storage = context.storage();
  std::atomic<bool> done{false};
  std::atomic<unsigned> writing{3};
  std::vector<std::string> lines;
  for (unsigned i = 0; i < 3 * context.rounds(60); ++i) lines.push_back(lineOf(context, i % 3));
  inThreads(4, [&](unsigned i) {
    if (i == 3) return followWhole(storage, done);
    const RaiseAtEnd raise(done);  // early, when one has failed; the last one's is the end
    for (std::size_t line = i; line < lines.size(); line += 3) storage.append("x", lines[line]);
    if (--writing != 0) {
      while (writing != 0) std::this_thread::sleep_for(1ms);
    }
  });
}

void killedWriter(Context& context) {
  for (unsigned round = 0; round < context.rounds(10); ++round) {
    Child writer([&](const Child::Reporter& report) {
      const auto storage = context.open();
      for (std::uint64_t line = 0;; ++line) {
        storage->append("x", std::string(kLongestLine - 1, static_cast<char>('a' + round)) + "\n");
        report(line);
      }
    });
    for (int line = 0; line < 5; ++line) writer.next();
    writer.kill();
  }
  const auto storage = context.open();
  const std::atomic<bool> done{true};
  followWhole(*storage, done);
}

/// That the bytes are of one value: one letter, and line feeds.
void expectOneValue(const std::string& bytes) {
  const std::string letters = {bytes.empty() ? '\n' : bytes[0], '\n'};
  expect(bytes.find_first_not_of(letters) == bytes.npos,
         "a follower delivered bytes of two values without a Reset between them");
}

void manyReplacements(Context& context) {
  auto& storage = context.storage();
  std::atomic<bool> done{false};
  std::atomic<unsigned> events{0};
  const unsigned enough = context.rounds(100);
  inThreads(2, [&](unsigned i) {
    const RaiseAtEnd raise(done);  // also when the follower has found something
    if (i == 0) {
      for (unsigned round = 0; round < enough || !(done || events > 20 || round > 50 * enough); ++round) {
        storage.write("x", std::string(50, static_cast<char>('a' + round % 26)) + "\n");
        storage.append("x", std::string(70, static_cast<char>('a' + round % 26)) + "\n");
      }
      return;
    }
    FollowReader reader(storage, "x");
    for (bool last = false;;) {
      const auto event = reader.next(Call::within(100ms));
      expectOneValue(reader.bytes());
      ++events;
      if (last && event == FollowEvent::Nothing) break;
      last = done;
    }
    expectBytes("what a follower has at the end", reader.bytes(), storage.read("x"));
  });
}

}  // namespace

std::vector<Case> followRaceCases() {
  constexpr auto kFollow = Follow::kId;
  constexpr auto kProcesses = Facility::Processes;
  return {
      {"M03", "waiting uses no processor", idle, kFollow, Pace::Slow},
      {"M07", "cancel: ends a waiting follower at once, and it goes on afterwards", cancelled, kFollow},
      {"M08", "100 followers of one object see each of 1000 appends", hundred, kFollow, Pace::Slow, 180},
      {"M10", "an append that is not whole yet is never delivered", wholeAppends, kFollow, Pace::Quick, 120},
      {"M19", "an append wakes a waiting follower at once", wakes, kFollow},
      {"M20", "an append that a killed process left half done is never delivered", killedWriter,
       kFollow | Needs(kProcesses), Pace::Slow, 120},
      {"M21", "replaced again and again: no two values without a Reset between them", manyReplacements, kFollow},
  };
}

}  // namespace tally::conformance
