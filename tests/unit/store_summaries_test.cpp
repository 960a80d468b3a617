// Summaries of many conversations, with and without batches.

#include <functional>

#include "support/doctest.hpp"
#include "support/documents.hpp"
#include "support/fake_storage.hpp"
#include "tally/extensions/batch.hpp"
#include "tally/tally_store.hpp"

using namespace tally;
using namespace tally::test;

namespace {

std::string keyOf(const std::string& id) { return "conversations/" + id + "/conversation.jsonl"; }

/// Counts the batches that it passes on one by one.
struct CountingBatch final : Batch {
  explicit CountingBatch(IStorage& storage) : ones(storage) {}
  void readMany(const Keys& keys, BatchSink& out, const Call& call) override {
    ++reads;
    ones.readMany(keys, out, call);
  }
  void writeMany(const Keys&, const std::vector<std::string_view>&, const WriteOptions&, BatchSink&,
                 const Call&) override {}
  void statMany(const Keys&, BatchSink&, const Call&) override {}
  void removeMany(const Keys&, const RemoveOptions&, BatchSink&, const Call&) override {}

  BatchByOnes ones;
  int reads = 0;
};

struct Fixture {
  Fixture() {
    storage->write(keyOf("a"), line("a", 0) + line("a", 1));
    storage->write(keyOf("b"), line("b", 0) + "odd\n");
    store.createConversation("c");
  }
  std::shared_ptr<FakeStorage> storage = std::make_shared<FakeStorage>();
  TallyStore store{storage};
};

void check(const std::vector<ConversationSummary>& all) {
  REQUIRE(all.size() == 3);
  CHECK(all[0].steps == 2);
  CHECK(all[0].findings == 0);
  CHECK(all[1].steps == 1);
  CHECK(all[1].findings == 1);
  CHECK(all[2].steps == 0);
}

}  // namespace

TEST_CASE("summaries: one call for all where the backend offers batches, else one read each") {
  Fixture fixture;
  const auto page = fixture.store.listConversations();
  fixture.storage->calls.clear();
  check(fixture.store.summarize(page));
  CHECK(fixture.storage->calls ==
        std::vector<std::string>{"read " + keyOf("a"), "read " + keyOf("b"), "read " + keyOf("c")});
  CountingBatch batch(*fixture.storage);
  fixture.storage->abilities[Batch::kId] = static_cast<Batch*>(&batch);
  check(fixture.store.summarize(page));
  CHECK(batch.reads == 1);
}

TEST_CASE("summaries: an odd conversation says what is wrong with it, and the others are counted") {
  for (const auto code : {ErrorCode::Corrupt, ErrorCode::IsADirectory, ErrorCode::PermissionDenied}) {
    Fixture fixture;
    const auto page = fixture.store.listConversations();
    fixture.storage->failCall(2, code);
    const auto all = fixture.store.summarize(page);
    REQUIRE(all.size() == 3);
    CHECK(all[0].steps == 2);
    CHECK_FALSE(all[0].error.has_value());
    REQUIRE(all[1].error.has_value());
    CHECK(all[1].error->code() == code);
    CHECK(all[1].error->key() == keyOf("b"));
    CHECK_FALSE(all[2].error.has_value());
  }
}

TEST_CASE("summaries: a backend that does not answer never looks like no steps") {
  for (const auto code :
       {ErrorCode::Unavailable, ErrorCode::Timeout, ErrorCode::Cancelled, ErrorCode::Unauthenticated}) {
    Fixture fixture;
    const auto page = fixture.store.listConversations();
    fixture.storage->failCall(2, code);
    fixture.storage->calls.clear();
    CHECK(codeOf([&] { fixture.store.summarize(page); }) == code);
    CHECK(fixture.storage->calls.size() == 2);  // nobody waits for it once more
  }
}

TEST_CASE("batch: what the sink throws ends the batch, and is no failure of the item") {
  struct Throwing final : BatchSink {
    void take(std::size_t, std::string_view, const StorageStat&) override {
      ++taken;
      throw Error(ErrorCode::Exhausted, "the sink is full");
    }
    void fail(std::size_t, const Error&) override { ++failed; }
    int taken = 0, failed = 0;
  };
  FakeStorage storage;
  for (const std::string key : {"a", "b"}) storage.write(key, "bytes");
  BatchByOnes ones(storage);
  const Batch::Keys keys = {"a", "b"};
  const std::function<void(BatchSink&)> batches[] = {[&](BatchSink& out) { ones.readMany(keys, out, {}); },
                                                     [&](BatchSink& out) { ones.statMany(keys, out, {}); },
                                                     [&](BatchSink& out) {
                                                       ones.writeMany(keys, {"1", "2"}, {}, out, {});
                                                     },
                                                     [&](BatchSink& out) { ones.removeMany(keys, {}, out, {}); }};
  for (const auto& batch : batches) {
    Throwing sink;
    CHECK(codeOf([&] { batch(sink); }) == ErrorCode::Exhausted);
    CHECK(sink.taken == 1);
    CHECK(sink.failed == 0);
  }
}
