#include "kill_cases.hpp"

#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "parallel.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr unsigned kRounds = 200;

using Clock = std::chrono::steady_clock;
using Step = std::function<void(IStorage&, std::uint64_t)>;

/// A child that does step after step from `first` on, and reports each.
Child stepping(Context& context, std::uint64_t first, const Step& step) {
  return Child([&context, first, step](const Child::Reporter& report) {
    const auto storage = context.open();
    for (std::uint64_t number = first;; ++number) {
      step(*storage, number);
      report(number);
    }
  });
}

/// kill -9 it so much later. Returns the number behind the last step it acknowledged, `next` if none came since.
std::uint64_t killAfter(Child& child, std::uint64_t next, std::chrono::microseconds pause) {
  const auto until = Clock::now() + pause;
  std::this_thread::sleep_until(until - std::chrono::milliseconds(1));
  while (Clock::now() < until) {
  }
  child.kill();
  while (const auto acknowledged = child.next()) next = *acknowledged + 1;
  return next;
}

/// Start such a child, kill it at a random moment, and return the number behind the last step it acknowledged.
std::uint64_t killAtRandom(Context& context, std::uint64_t first, const Step& step) {
  Child child = stepping(context, first, step);
  std::uint64_t next = first;
  for (auto steps = context.number(0, 4); steps != 0; --steps) next = child.next().value_or(next) + 1;
  return killAfter(child, next, std::chrono::microseconds(context.number(0, 400)));
}

/// The same for steps that take long: at any moment of one, by how long the one before took.
std::uint64_t killInLongStep(Context& context, std::uint64_t first, const Step& step) {
  Child child = stepping(context, first, step);
  std::uint64_t next = first;
  Clock::duration took{};
  for (auto steps = context.number(1, 3); steps != 0; --steps) {
    const auto begin = Clock::now();
    next = child.next().value_or(next) + 1;
    took = Clock::now() - begin;
  }
  const auto most = std::chrono::duration_cast<std::chrono::microseconds>(2 * took).count();
  return killAfter(child, next, std::chrono::microseconds(context.number(0, static_cast<std::size_t>(most))));
}

std::string valueOf(std::uint64_t number) {
  return std::to_string(number) + ":" + std::string(number * 7919 % 300'000, static_cast<char>('a' + number % 26));
}

// (bug 21) The old value was gone before the new one was there.
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

/// 1 to 8 MiB.
std::string largeValueOf(std::uint64_t number) {
  const std::size_t size = (std::size_t{1} << 20) * (1 + number * 5 % 8) + number;
  return std::to_string(number) + ":" + std::string(size, static_cast<char>('a' + number % 26));
}

std::string newKeyOf(std::uint64_t number) { return "d/n" + std::to_string(number); }

void writeLarge(IStorage& storage, std::uint64_t number) {
  const std::string value = largeValueOf(number);  // once: a kill is to come inside a write
  storage.write(newKeyOf(number), value);
  storage.write("d/x", value);
}

/// By what a read says; the next case has what else may show.
void expectWholeOrAbsent(IStorage& storage, const std::string& key, const std::string& content, bool may_be_absent) {
  try {
    expectBytes("content of " + quote(key) + " after kill -9 in a large write", storage.read(key), content);
  } catch (const Error& error) {
    if (!may_be_absent || error.code() != ErrorCode::NotFound) throw;
  }
}

void killLargeReplace(Context& context) {
  context.open()->write("d/x", largeValueOf(0));
  std::uint64_t next = 1;
  for (unsigned round = 0; round < context.rounds(40); ++round) {
    const std::uint64_t first = next;
    next = killInLongStep(context, first, writeLarge);
    const auto storage = context.open();
    const std::string found = storage->read("d/x");
    const std::uint64_t number = std::strtoull(found.c_str(), nullptr, 10);
    expectBytes("content of 'd/x' after kill -9 in a large write", found, largeValueOf(number));
    expect(number + 1 == next || number == next, "content of 'd/x' after kill -9 in a large write: found value " +
                                                     std::to_string(number) + ", last acknowledged " +
                                                     std::to_string(next - 1));
    for (std::uint64_t made = first; made <= next; ++made) {
      expectWholeOrAbsent(*storage, newKeyOf(made), largeValueOf(made), made == next);
      storage->remove(newKeyOf(made));
    }
    next = number + 1;
  }
}

void killLargeLists(Context& context) {
  std::uint64_t next = 1;
  for (unsigned round = 0; round < context.rounds(40); ++round) {
    next = killInLongStep(context, next, writeLarge);
    const auto storage = context.open();
    for (const auto& entry : storage->list("d")) {
      const std::string found = storage->read(entry.path);
      expectBytes("content of " + quote(entry.path) + ", which is listed after kill -9", found,
                  largeValueOf(std::strtoull(found.c_str(), nullptr, 10)));
      storage->remove(entry.path);
    }
    ++next;
  }
}

}  // namespace

std::vector<Case> killCases() {
  constexpr auto kProcesses = Facility::Processes;
  return {
      {"I01", "write: kill -9 leaves the old or the new value, whole", killReplace, kProcesses, Pace::Slow, 180},
      {"I02", "append: kill -9 keeps all that was acknowledged, and tears nothing", killAppend, kProcesses, Pace::Slow,
       180},
      {"I03", "list: kill -9 leaves no temporary names behind", killLeavesNothing, kProcesses, Pace::Slow, 180},
      {"I09", "write: of 1 to 8 MiB, kill -9 leaves the old or the new value, or no object", killLargeReplace,
       kProcesses, Pace::Slow, 180},
      {"I10", "list: shows no new object of 1 to 8 MiB that kill -9 left without its content", killLargeLists,
       kProcesses, Pace::Slow, 180},
  };
}

}  // namespace tally::conformance
