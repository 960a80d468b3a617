// Group U: what a consumer group promises to each of its workers.
#include <set>
#include <thread>

#include "ability_line_cases.hpp"
#include "group_worker.hpp"
#include "groups.hpp"
#include "parallel.hpp"
#include "stopper.hpp"

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

ConsumerGroups& groupsOf(Context& context) { return of<ConsumerGroups>(context.storage()); }

void oneWorker(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 5);
  GroupWorker worker(storage, "w");
  worker.expectRecords({"0", "1", "2", "3", "4"});
  worker.expectNothing();
  const std::string odd("line\nfeed\0 and \xff", 16);
  storage.append("q", odd);
  worker.expectRecords({odd});
  worker.acknowledgeAll();
  worker.expectNothing();
}

void limited(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 10);
  GroupWorker worker(storage, "w");
  for (const std::size_t most : {1U, 3U, 4U, 2U}) {
    expect(worker.take(most, Call::within(20s)) <= most, "next delivered more records than asked for");
  }
  while (worker.records().size() < 10) worker.take(10, Call::within(20s));
  std::set<std::string> ids;
  for (const auto& record : worker.records()) ids.insert(record.id);
  expectEqual<std::size_t>("different ids of 10 records", ids.size(), 10);
}

void itsOwnFirst(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 4);
  {
    GroupWorker before(storage, "w");
    before.expectRecords({"0", "1", "2", "3"});
    before.acknowledge(0);
    before.acknowledge(2);
  }
  storage.append("q", "new");
  GroupWorker again(storage, "w");
  again.expectRecords({"1", "3", "new"});
  again.expectNothing();
  expect(again.records()[0].deliveries >= 2, "a record that is handed out again says that it is the first time");
  expectEqual("deliveries of a new record", again.records()[2].deliveries, 1U);
}

void counts(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 3);
  GroupWorker worker(storage, "w");
  worker.expectRecords({"0", "1", "2"});
  expectEqual<std::size_t>("records acknowledged of one", worker.acknowledge(0), 1);
  expectEqual<std::size_t>("records acknowledged of one that was before", worker.acknowledge(0), 0);
  expectEqual<std::size_t>("records acknowledged of three, one of them before", worker.acknowledgeAll(), 2);
  expectEqual<std::size_t>("records acknowledged of none", worker.consumer().acknowledge({}, {}), 0);
}

void fromTheEnd(Context& context) {
  auto& storage = context.storage();
  GroupOptions options;
  options.from_end = true;
  makeQueue(storage, 3, options);
  GroupWorker worker(storage, "w");
  worker.expectNothing();
  storage.append("q", "new");
  worker.expectRecords({"new"});
}

void states(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 5);
  const auto expectState = [&](std::uint32_t consumers, std::uint64_t pending, std::uint64_t waiting) {
    const auto state = groupsOf(context).groupState("q", "workers", {});
    expectEqual("workers of the group", state.consumers, consumers);
    expectEqual("pending records of the group", state.pending, pending);
    if (state.waiting) expectEqual("waiting records of the group", *state.waiting, waiting);
  };
  expectState(0, 0, 5);
  GroupWorker one(storage, "one"), two(storage, "two");
  one.expectRecords({"0", "1"}, 2);
  two.expectRecords({"2"}, 1);
  expectState(2, 3, 2);
  one.acknowledgeAll();
  expectState(2, 1, 2);
}

void apart(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 3);
  groupsOf(context).createGroup("q", "others", {}, {});
  GroupWorker worker(storage, "w"), other(storage, "w", 0s, "others");
  worker.expectRecords({"0", "1", "2"});
  worker.acknowledgeAll();
  other.expectRecords({"0", "1", "2"});
}

void unknown(Context& context) {
  auto& storage = context.storage();
  auto& groups = groupsOf(context);
  expectError(ErrorCode::NotFound, "group of a missing object", [&] { groups.createGroup("q", "g", {}, {}); });
  expect(!groups.dropGroup("q", "g", {}), "drop of a group of a missing object says that it existed");
  makeQueue(storage, 1);
  expectError(ErrorCode::AlreadyExists, "a second group of the name",
              [&] { groups.createGroup("q", "workers", {}, {}); });
  expectError(ErrorCode::NotFound, "state of an unknown group", [&] { groups.groupState("q", "other", {}); });
  expectError(ErrorCode::NotFound, "join of an unknown group", [&] { groups.joinGroup("q", "other", "w", {}, {}); });
  expect(!groups.dropGroup("q", "other", {}), "drop of an unknown group says that it existed");
  GroupWorker(storage, "w").expectRecords({"0"});
}

void dropped(Context& context) {
  auto& storage = context.storage();
  auto& groups = groupsOf(context);
  makeQueue(storage, 2);
  GroupWorker worker(storage, "w");
  worker.expectRecords({"0"}, 1);
  expect(groups.dropGroup("q", "workers", {}), "drop of a group says that it was not there");
  expectError(ErrorCode::NotFound, "next of a worker whose group was dropped",
              [&] { worker.take(1, Call::within(20s)); });
  expectError(ErrorCode::NotFound, "state of a group that was dropped", [&] { groups.groupState("q", "workers", {}); });
  groups.createGroup("q", "workers", {}, {});
  GroupWorker(storage, "w").expectRecords({"0", "1"});
  storage.remove("q");
  expectError(ErrorCode::NotFound, "state of a group whose object was removed",
              [&] { groups.groupState("q", "workers", {}); });
}

void badNames(Context& context) {
  auto& storage = context.storage();
  auto& groups = groupsOf(context);
  makeQueue(storage, 1);
  for (const std::string& name : {std::string(), std::string(129, 'a'), std::string("a b"), std::string("a\nb"),
                                  std::string("\xC3\xA4"), std::string("a\0b", 3)}) {
    const auto refused = [&](const std::string& what, const auto& action) {
      expectError(ErrorCode::InvalidArgument, what + " named " + quote(name), action);
    };
    refused("group", [&] { groups.createGroup("q", name, {}, {}); });
    refused("drop of a group", [&] { groups.dropGroup("q", name, {}); });
    refused("state of a group", [&] { groups.groupState("q", name, {}); });
    refused("join of a group", [&] { groups.joinGroup("q", name, "w", {}, {}); });
    refused("worker", [&] { groups.joinGroup("q", "workers", name, {}, {}); });
  }
  groups.createGroup("q", std::string(128, 'a'), {}, {});
}

void stopped(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 1);
  GroupWorker worker(storage, "w");
  worker.expectRecords({"0"});
  Stopper stopper(context.harness());
  inThreads(2, [&](unsigned i) {
    if (i == 0) {
      expectError(ErrorCode::Cancelled, "next of a worker that is cancelled while it waits",
                  [&] { worker.take(1, stopper.within(20s)); });
      return;
    }
    std::this_thread::sleep_for(50ms);
    storage.write("other", "a worker that waits keeps nobody from writing");
    stopper.stop();
  });
  storage.append("q", "1");
  worker.expectRecords({"1"});
}

void removedWhileWaiting(Context& context) {
  auto& storage = context.storage();
  makeQueue(storage, 1);
  GroupWorker worker(storage, "w");
  worker.expectRecords({"0"});
  inThreads(2, [&](unsigned i) {
    if (i == 0) {
      expectError(ErrorCode::NotFound, "next of a worker whose object is removed while it waits",
                  [&] { worker.take(1, Call::within(20s)); });
      return;
    }
    std::this_thread::sleep_for(50ms);  // so that the other one waits by now; also if not, the case holds
    storage.remove("q");
  });
}

void largeRecords(Context& context) {
  auto& storage = context.storage();
  const std::string content = context.bytes(3'000'000);
  storage.append("q", content.substr(0, 2'500'000));
  storage.append("q", content.substr(2'500'000));
  groupsOf(context).createGroup("q", "workers", {}, {});
  GroupWorker worker(storage, "w");
  std::string all;
  const Call call = Call::within(30s);
  while (all.size() < content.size() && worker.take(1, call) != 0) all += worker.records().back().content;
  expectBytes("what a worker was handed, put together", all, content);
}

}  // namespace

Group consumerGroupCases() {
  constexpr auto kGroup = ConsumerGroups::kId;
  Group group{
      'U',
      "consumer groups, with tally.consumer_group/1",
      {
          {"U01", "next: each append is a record with its bytes, once, in order", oneWorker, kGroup},
          {"U02", "next: never more than asked for, each with an id of its own", limited, kGroup},
          {"U08", "join: a name gets its own unacknowledged records first, once", itsOwnFirst, kGroup},
          {"U09", "acknowledge: says how many were still waiting for it", counts, kGroup},
          {"U10", "create: from the end, only records from then on", fromTheEnd, kGroup},
          {"U11", "state: workers, pending and waiting records", states, kGroup},
          {"U12", "two groups of one object do not meet", apart, kGroup},
          {"U13", "unknown groups and objects are NotFound, a known name AlreadyExists", unknown, kGroup},
          {"U14", "drop: the group is gone, also for those who wait; remove of the object likewise", dropped, kGroup},
          {"U15", "names: 1 to 128 printable characters without spaces, else InvalidArgument", badNames,
           kGroup | Needs(Facility::Host)},
          {"U16", "cancel: ends a waiting worker, and it goes on afterwards", stopped, kGroup},
          {"U19", "remove of the object ends a waiting worker with NotFound", removedWhileWaiting, kGroup},
          {"U17", "large appends come whole, in one record or in several", largeRecords, kGroup},
      }};
  for (auto& more : sharedGroupCases()) group.cases.push_back(more);
  for (auto& more : consumerGroupLineCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
