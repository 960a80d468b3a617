// Group U: several workers of one group, and workers that die.
#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "group_worker.hpp"
#include "parallel.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

/// Take and acknowledge until the group has nothing left; says which records came.
std::vector<std::string> workOff(IStorage& storage, const std::string& name) {
  GroupWorker worker(storage, name);
  std::vector<std::string> contents;
  while (worker.take(3, Call::within(300ms)) != 0) worker.acknowledgeAll();
  for (const auto& record : worker.records()) contents.push_back(record.content);
  return contents;
}

void shared(Context& context) {
  auto& storage = context.storage();
  const unsigned count = context.rounds(400);
  makeQueue(storage, count / 2);
  std::vector<std::vector<std::string>> each(4);
  inThreads(5, [&](unsigned i) {
    if (i < 4) {
      each[i] = workOff(storage, "w" + std::to_string(i));
    } else {
      for (unsigned more = count / 2; more < count; ++more) storage.append("q", std::to_string(more));
    }
  });
  std::map<std::string, unsigned> times;
  for (const auto& contents : each) {
    for (const auto& content : contents) ++times[content];
  }
  for (unsigned i = 0; i < count; ++i) {
    expectEqual("times that record " + std::to_string(i) + " was handed out to 4 workers", times[std::to_string(i)],
                1U);
  }
  expectEqual<std::uint64_t>("pending records when all are acknowledged",
                             of<ConsumerGroups>(storage).groupState("q", "workers", {}).pending, 0);
}

void sharedByProcesses(Context& context) {
  const unsigned count = context.rounds(300);
  makeQueue(*context.open(), count);
  std::vector<std::unique_ptr<Child>> workers;
  for (unsigned i = 0; i < 3; ++i) {
    workers.push_back(std::make_unique<Child>([&context, i](const Child::Reporter& report) {
      const auto storage = context.open();
      for (const auto& content : workOff(*storage, "w" + std::to_string(i))) report(std::stoull(content));
    }));
  }
  std::vector<unsigned> times(count, 0);
  for (auto& worker : workers) {
    while (const auto record = worker->next()) ++times.at(*record);
  }
  for (unsigned i = 0; i < count; ++i) {
    expectEqual("times that record " + std::to_string(i) + " was handed out to 3 processes", times[i], 1U);
  }
}

void takenOver(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 4);
  {
    GroupWorker dead(storage, "dead");
    dead.expectRecords({"0", "1", "2", "3"});
    dead.acknowledge(1);
  }
  GroupWorker patient(storage, "patient");
  patient.expectNothing();
  const auto begin = std::chrono::steady_clock::now();
  GroupWorker heir(storage, "heir", 400ms);
  heir.expectRecords({"0", "2", "3"});
  expect(std::chrono::steady_clock::now() - begin < 15s, "records were taken over long after they could be");
  for (const auto& record : heir.records()) {
    expect(record.deliveries >= 2, "a record that was taken over says that it was handed out once");
  }
  heir.acknowledgeAll();
  expectEqual<std::uint64_t>("pending records", of<ConsumerGroups>(storage).groupState("q", "workers", {}).pending, 0);
}

void notTakenTooEarly(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 2);
  GroupWorker slow(storage, "slow");
  slow.expectRecords({"0", "1"});
  GroupWorker other(storage, "other", 1h);
  other.expectNothing();
  slow.acknowledgeAll();
}

void killed(Context& context) {
  makeQueue(*context.open(), 20);
  {
    Child worker([&](const Child::Reporter& report) {
      const auto storage = context.open();
      GroupWorker mine(*storage, "killed");
      mine.expectRecords({"0", "1", "2", "3", "4"}, 5);
      for (std::size_t i = 0; i < 3; ++i) mine.acknowledge(i);
      report(1);
      for (;;) std::this_thread::sleep_for(1s);
    });
    worker.next();
    worker.kill();
  }
  const auto storage = context.open();
  GroupWorker heir(*storage, "heir", 200ms);
  std::set<std::string> seen;
  const Call call = Call::within(30s);
  while (seen.size() < 17 && heir.take(100, call) != 0) {
    for (const auto& record : heir.records()) seen.insert(record.content);
  }
  expectEqual<std::size_t>("records that were left by a worker that was killed", seen.size(), 17);
  for (const auto* done : {"0", "1", "2"}) {
    expect(seen.count(done) == 0, "a record that was acknowledged is handed out again");
  }
}

}  // namespace

std::vector<Case> sharedGroupCases() {
  constexpr auto kGroup = ConsumerGroups::kId;
  const auto processes = kGroup | Needs(Facility::Processes);
  return {
      {"U03", "4 workers: each record goes to one of them", shared, kGroup},
      {"U04", "3 processes: each record goes to one of them", sharedByProcesses, processes},
      {"U05", "a dead worker's records are taken over after their time, acknowledged ones not", takenOver, kGroup},
      {"U06", "records are not taken over before their time", notTakenTooEarly, kGroup},
      {"U07", "kill -9: what the worker had not acknowledged goes to another one", killed, processes},
  };
}

}  // namespace tally::conformance
