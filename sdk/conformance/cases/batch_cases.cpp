// Group R: many objects in one go.
#include "batch_results.hpp"
#include "groups.hpp"
#include "parallel.hpp"

namespace tally::conformance {
namespace {

void readMany(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "one");
  storage.write("empty", "");
  storage.append("log", "two\n");
  Results results(5);
  of<Batch>(storage).readMany({"d/x", "missing", "empty", "d", "log"}, results, {});
  const auto& items = results.items();
  for (const std::size_t i : {0U, 2U, 4U}) expectDone(items[i], "read of an object in a batch");
  expectBytes("content of 'd/x', read in a batch", items[0].content, "one");
  expectBytes("content of 'empty', read in a batch", items[2].content, "");
  expectBytes("content of 'log', read in a batch", items[4].content, "two\n");
  expectFailed(items[1], ErrorCode::NotFound, "read of a missing key in a batch");
  expectFailed(items[3], ErrorCode::IsADirectory, "read of a directory in a batch");
  const auto stat = storage.stat("d/x");
  expect(items[0].stat.size == stat->size && items[0].stat.version == stat->version,
         "read in a batch: says another state of 'd/x' than stat");
}

void writeMany(Context& context) {
  auto& storage = context.storage();
  storage.write("d/old", "old");
  storage.write("file", "a file");
  Results results(4);
  of<Batch>(storage).writeMany({"d/old", "new", "d", "file/below"}, {"1", "2", "3", "4"}, {}, results, {});
  const auto& items = results.items();
  expectDone(items[0], "replacement in a batch");
  expectDone(items[1], "creation in a batch");
  expectFailed(items[2], ErrorCode::IsADirectory, "write onto a directory in a batch");
  expectFailed(items[3], ErrorCode::NotADirectory, "write below a file in a batch");
  expectContent(storage, "d/old", "1");
  expectContent(storage, "new", "2");
  expectContent(storage, "file", "a file");
  expectListing(storage, "", {"d/", "file", "new"});
  expect(items[0].stat.version == storage.stat("d/old")->version, "write in a batch: says another version than stat");
}

void statMany(Context& context) {
  auto& storage = context.storage();
  storage.write("d/x", "12345");
  Results results(3);
  of<Batch>(storage).statMany({"d", "d/x", "d/missing"}, results, {});
  const auto& items = results.items();
  expectDone(items[0], "stat of a directory in a batch");
  expect(items[0].stat.is_directory, "stat of 'd' in a batch: not a directory");
  expectDone(items[1], "stat of a file in a batch");
  expect(items[1].stat.size == 5U && !items[1].stat.is_directory, "stat of 'd/x' in a batch: not a file of 5 bytes");
  expect(items[1].stat.version == storage.stat("d/x")->version, "stat in a batch: says another version than stat");
  expectFailed(items[2], ErrorCode::NotFound, "stat of a missing key in a batch");
}

void removeMany(Context& context) {
  auto& storage = context.storage();
  for (const auto* key : {"a", "b", "d/x", "d/y", "dx"}) storage.write(key, "1");
  Results plain(3);
  of<Batch>(storage).removeMany({"a", "missing", "d"}, {}, plain, {});
  expectDone(plain.items()[0], "remove in a batch");
  expectFailed(plain.items()[1], ErrorCode::NotFound, "remove of a missing key in a batch");
  expectFailed(plain.items()[2], ErrorCode::IsADirectory, "remove of a directory in a batch, not recursive");
  expectListing(storage, "", {"b", "d/", "dx"});
  Results recursive(2);
  of<Batch>(storage).removeMany({"d", "b"}, {true}, recursive, {});
  for (const auto& item : recursive.items()) expectDone(item, "recursive remove in a batch");
  expectListing(storage, "", {"dx"});
}

void nothing(Context& context) {
  auto& batch = of<Batch>(context.storage());
  Results results(0);
  batch.readMany({}, results, {});
  batch.writeMany({}, {}, {}, results, {});
  batch.statMany({}, results, {});
  batch.removeMany({}, {true}, results, {});
  expectListing(context.storage(), "", {});
}

/// Every kind of batch under `call`, which must not begin.
void expectRefused(Context& context, const Call& call, ErrorCode code) {
  auto& storage = context.storage();
  storage.write("x", "1");
  auto& batch = of<Batch>(storage);
  Results results(2);
  expectError(code, "batch of reads", [&] { batch.readMany({"x", "y"}, results, call); });
  expectError(code, "batch of writes", [&] { batch.writeMany({"x", "y"}, {"2", "2"}, {}, results, call); });
  expectError(code, "batch of stats", [&] { batch.statMany({"x", "y"}, results, call); });
  expectError(code, "batch of removes", [&] { batch.removeMany({"x", "y"}, {}, results, call); });
  expect(results.empty(), "a batch that must not begin answered for an item");
  expectListing(storage, "", {"x"});
  expectContent(storage, "x", "1");
}

void cancelled(Context& context) {
  const std::uint32_t word = 1;
  Call call;
  call.cancel = CancelToken(&word, -1);
  expectRefused(context, call, ErrorCode::Cancelled);
}

void tooLate(Context& context) {
  expectRefused(context, Call::within(std::chrono::nanoseconds(0)), ErrorCode::Timeout);
}

void exclusive(Context& context) {
  auto& storage = context.storage();
  storage.write("b", "old");
  WriteOptions options;
  options.if_absent = true;
  Results results(3);
  of<Batch>(storage).writeMany({"a", "b", "c"}, {"1", "2", "3"}, options, results, {});
  expectDone(results.items()[0], "exclusive creation of 'a' in a batch");
  expectFailed(results.items()[1], ErrorCode::AlreadyExists, "exclusive creation of 'b' in a batch");
  expectDone(results.items()[2], "exclusive creation of 'c' in a batch");
  expectContent(storage, "a", "1");
  expectContent(storage, "b", "old");
  expectContent(storage, "c", "3");
}

void versioned(Context& context) {
  auto& storage = context.storage();
  WriteOptions options;
  options.if_version = storage.write("a", "old");
  storage.write("b", "old");
  Results results(3);
  of<Batch>(storage).writeMany({"a", "b", "c"}, {"1", "2", "3"}, options, results, {});
  expectDone(results.items()[0], "write of 'a' in its version in a batch");
  expectFailed(results.items()[1], ErrorCode::Conflict, "write of 'b' in another version in a batch");
  expectFailed(results.items()[2], ErrorCode::Conflict, "write of the missing 'c' in a version in a batch");
  expectContent(storage, "a", "1");
  expectContent(storage, "b", "old");
  expectAbsent(storage, "c");
}

void undeclared(Context& context) {
  if (context.offers(Capability::TimeToLive)) Context::skip("it has every option that a batch could lack");
  WriteOptions options;
  options.time_to_live = std::chrono::hours(1);
  Results results(2);
  try {
    of<Batch>(context.storage()).writeMany({"a", "b"}, {"1", "2"}, options, results, {});
    for (const auto& item : results.items()) {
      expectFailed(item, ErrorCode::Unsupported, "write with an undeclared option in a batch");
    }
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::Unsupported}, "batch with an undeclared option", &error);
  }
  expectListing(context.storage(), "", {});
}

void illegalKey(Context& context) {
  auto& storage = context.storage();
  Results results(2);
  bool whole = false;
  try {
    of<Batch>(storage).writeMany({"good", "../bad"}, {"1", "2"}, {}, results, {});
    expectFailed(results.items()[1], ErrorCode::InvalidArgument, "write of an illegal key in a batch");
    expectDone(results.items()[0], "write of a legal key beside an illegal one in a batch");
  } catch (const Error& error) {
    expectErrorAmong({ErrorCode::InvalidArgument}, "batch with an illegal key", &error);
    whole = true;
  }
  expectListing(storage, "", whole ? std::vector<std::string>{} : std::vector<std::string>{"good"});
}

void together(Context& context) {
  auto& storage = context.storage();
  inThreads(8, [&](unsigned i) {
    const auto keys = numbered("d" + std::to_string(i % 3) + "/" + std::to_string(i) + "-", 20);
    for (unsigned round = 0; round < context.rounds(20); ++round) {
      const std::string value = std::to_string(round) + std::string(3000, static_cast<char>('a' + i));
      Results written(keys.size()), read(keys.size());
      of<Batch>(storage).writeMany(keysOf(keys), Batch::Keys(keys.size(), value), {}, written, {});
      of<Batch>(storage).readMany(keysOf(keys), read, {});
      for (const auto& item : read.items()) {
        expectDone(item, "read in a batch beside other batches");
        expectBytes("content of a key that one thread writes in batches", item.content, value);
      }
    }
  });
}

}  // namespace

Group batchCases() {
  constexpr auto kBatch = Batch::kId;
  Group group{
      'R',
      "batches, with tally.batch/1",
      {
          {"R01", "read: each item has its bytes and state, or its own error", readMany, kBatch},
          {"R02", "write: each item is done or has its own error, and the rest is done", writeMany, kBatch},
          {"R03", "stat: each item has its state, absent ones are NotFound", statMany, kBatch},
          {"R04", "remove: each item is gone, absent ones are NotFound", removeMany, kBatch},
          {"R06", "all: a batch of nothing does nothing", nothing, kBatch},
          {"R07", "all: a batch that is cancelled already does nothing", cancelled, kBatch},
          {"R08", "all: a batch whose time is over is a Timeout and does nothing", tooLate, kBatch},
          {"R09", "write if absent: holds for each item", exclusive, kBatch | Needs(Capability::CreateExclusive)},
          {"R10", "write if version: holds for each item", versioned, kBatch | Needs(Capability::IfVersion)},
          {"R11", "write: an undeclared option is Unsupported and writes nothing", undeclared, kBatch},
          {"R12", "write: an illegal key is refused, and nothing is written for it", illegalKey,
           kBatch | Needs(Facility::Host)},
          {"R13", "write, read: batches of 8 threads do not meet", together, kBatch},
      }};
  for (auto& more : batchManyCases()) group.cases.push_back(more);
  return group;
}

}  // namespace tally::conformance
