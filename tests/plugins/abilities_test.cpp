// Optional abilities over the whole line: the interface in the program, the C table, the interface in the adapter.

#define TALLY_STATIC_PLUGIN abilities
#include "plugins/abilities_plugin.hpp"

#include <stop_token>
#include <vector>

#include "plugins/fixtures.hpp"
#include "support/doctest.hpp"
#include "tally/create_storage.hpp"

using namespace tally;
using namespace tally::test;

namespace {

constexpr std::string_view kIds[] = {Batch::kId,  AppendStreams::kId, Follow::kId, ConsumerGroups::kId,
                                     Leases::kId, Health::kId,        Reindex::kId};
constexpr auto kInfo = sdk::PluginInfo{"abilities", "1.0.0", "Offers every ability, for tests."}.offering(kIds);

}  // namespace

TALLY_STORAGE_PLUGIN(AbilitiesStorage, kInfo);

namespace {

std::unique_ptr<IStorage> openWith(Lie lie) {
  static const bool linked = [] {
    addStaticPlugin(tally_plugin_entry_v1_abilities);
    return true;
  }();
  REQUIRE(linked);
  abilitiesState().lie = lie;
  return createStorage(fixtureConfig("nowhere", "abilities"));
}

struct Collected final : BatchSink {
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    lines.push_back(std::to_string(index) + "=" + std::string(content) + "/" + std::to_string(stat.size.value_or(99)));
  }
  void fail(std::size_t index, const Error& error) override {
    lines.push_back(std::to_string(index) + "!" + error.what());
  }
  std::vector<std::string> lines;
};

struct Records final : GroupSink {
  void take(const GroupRecord& record) override { ids.emplace_back(record.id); }
  std::vector<std::string> ids;
};

struct Findings final : HealthSink {
  void take(HealthLevel level, std::string_view subject, std::string_view text) override {
    line = std::to_string(static_cast<int>(level)) + std::string(subject) + ": " + std::string(text);
  }
  std::string line;
};

struct Progress final : ReindexProgress {
  void lookedAt(std::uint64_t objects) override {
    if (stop) throw Error(ErrorCode::Cancelled, "enough");
    seen = objects;
  }
  std::uint64_t seen = 0;
  bool stop = false;
};

}  // namespace

TEST_CASE("abilities: what is offered is there, the same each time, and nothing else is") {
  const auto storage = openWith(Lie::None);
  CHECK(storage->extension<Follow>() != nullptr);
  CHECK(storage->extension<Follow>() == storage->extension<Follow>());
  CHECK(storage->extension("tally.follow/2") == nullptr);
  CHECK(storage->extension("") == nullptr);
}

TEST_CASE("abilities: a batch has a result for each item, with the error of the single operation") {
  const auto storage = openWith(Lie::None);
  Collected results;
  storage->extension<Batch>()->readMany({"a", "b", "c"}, results, {});
  CHECK(results.lines == std::vector<std::string>{"0=a/0", "1!abilities: read b: no such object", "2=c/2"});
  CHECK(codeOf([&] {
          storage->extension<Batch>()->statMany({"a", "../b"}, results, {});
        }) == ErrorCode::InvalidArgument);
  WriteOptions exclusive;
  exclusive.if_absent = true;
  CHECK(codeOf([&] { storage->extension<Batch>()->writeMany({"a"}, {"x"}, exclusive, results, {}); }) ==
        ErrorCode::Unsupported);
  CHECK(codeOf([&] { storage->extension<Batch>()->writeMany({"a"}, {}, {}, results, {}); }) ==
        ErrorCode::InvalidArgument);
}

TEST_CASE("abilities: a plugin that breaks a promise is told so, whatever it is") {
  for (const Lie lie : {Lie::ResultTwice, Lie::ResultMissing, Lie::ResultOfNobody}) {
    const auto storage = openWith(lie);
    Collected results;
    CHECK(codeOf([&] {
            storage->extension<Batch>()->removeMany({"a", "b"}, {}, results, {});
          }) == ErrorCode::PluginFault);
  }
  auto stream = openWith(Lie::TicketOutOfOrder)->extension<AppendStreams>()->openAppendStream("a", {}, {});
  CHECK(codeOf([&] { static_cast<void>(stream->submit("x")); }) == ErrorCode::PluginFault);
  auto follower = openWith(Lie::UnknownEvent)->extension<Follow>()->openFollower("a", {}, {});
  std::string bytes;
  StringSink sink(bytes);
  CHECK(codeOf([&] { follower->next(sink, 1, {}); }) == ErrorCode::PluginFault);
  follower = openWith(Lie::LongCursor)->extension<Follow>()->openFollower("a", {}, {});
  CHECK(codeOf([&] { follower->cursor(); }) == ErrorCode::PluginFault);
  for (const Lie lie : {Lie::TooManyRecords, Lie::RecordWithoutId}) {
    auto consumer = openWith(lie)->extension<ConsumerGroups>()->joinGroup("a", "g", "w", {}, {});
    Records records;
    CHECK(codeOf([&] { consumer->next(records, 2, {}); }) == ErrorCode::PluginFault);
  }
  Findings findings;
  CHECK(codeOf([&] { openWith(Lie::UnknownLevel)->extension<Health>()->checkHealth(findings, {}); }) ==
        ErrorCode::PluginFault);
}

TEST_CASE("abilities: an append stream says when its window is full, and knows its tickets") {
  const auto storage = openWith(Lie::None);
  const auto stream = storage->extension<AppendStreams>()->openAppendStream("a", {}, {});
  CHECK(codeOf([&] { stream->wait(0, {}); }) == ErrorCode::InvalidArgument);
  CHECK(stream->submit("x") == 0);
  CHECK(stream->submit("y") == 1);
  CHECK_FALSE(stream->submit("z").has_value());
  CHECK(stream->wait(1, {}) == 20);
  CHECK(codeOf([&] { stream->wait(2, {}); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("abilities: what a storage opened keeps it open") {
  auto storage = openWith(Lie::None);
  auto follower = storage->extension<Follow>()->openFollower("a", {}, {});
  auto lease = storage->extension<Leases>()->acquireLease("a", "me", {}, {});
  storage.reset();
  CHECK(abilitiesState().storages == 1);
  std::string bytes;
  {
    StringSink sink(bytes);
    CHECK(follower->next(sink, 3, {}) == FollowEvent::Data);
  }
  CHECK(bytes == "xxx");
  CHECK(lease->append("four", {}) == 4);
  CHECK(lease->write("v", {}) == Version("v"));
  CHECK(messageOf([&] { lease->release({}); }).find("abilities: release a: gone") == 0);
  follower.reset();
  lease.reset();
  CHECK(abilitiesState().storages == 0);
  CHECK(abilitiesState().objects == 0);
}

TEST_CASE("abilities: a follower takes a passed deadline as a question, and obeys a wish to stop") {
  const auto storage = openWith(Lie::None);
  const auto follower = storage->extension<Follow>()->openFollower("a", {}, {});
  std::string bytes;
  StringSink sink(bytes);
  CHECK(follower->next(sink, 1, Call::within(std::chrono::seconds(-1))) == FollowEvent::Nothing);
  std::stop_source stop;
  stop.request_stop();
  Call call;
  call.cancel = stop.get_token();
  CHECK(codeOf([&] { follower->next(sink, 1, call); }) == ErrorCode::Cancelled);
  FollowOptions long_cursor;
  const std::string cursor(256, 'c');
  long_cursor.cursor = cursor;
  CHECK(codeOf([&] { storage->extension<Follow>()->openFollower("a", long_cursor, {}); }) ==
        ErrorCode::InvalidArgument);
}

TEST_CASE("abilities: names of groups, workers and owners are checked before the plugin sees them") {
  const auto storage = openWith(Lie::None);
  auto* groups = storage->extension<ConsumerGroups>();
  const std::string names[] = {"", "a b", std::string(129, 'g'), "t\xc3\xa9", "line\n"};
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(codeOf([&] { groups->createGroup("a", name, {}, {}); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { groups->joinGroup("a", "g", name, {}, {}); }) == ErrorCode::InvalidArgument);
    CHECK(codeOf([&] { storage->extension<Leases>()->acquireLease("a", name, {}, {}); }) == ErrorCode::InvalidArgument);
  }
  groups->createGroup("a", std::string(128, 'g'), {}, {});
  CHECK(groups->dropGroup("a", "g", {}));
  const GroupState state = groups->groupState("a", "g", {});
  CHECK(state.consumers == 1);
  CHECK(state.pending == 2);
  CHECK_FALSE(state.waiting.has_value());
  const auto consumer = groups->joinGroup("a", "g", "w", {}, {});
  Records records;
  CHECK(consumer->next(records, 2, {}) == 2);
  CHECK(records.ids == std::vector<std::string>{"1-0", "1-0"});
  CHECK(consumer->acknowledge({"1-0"}, {}) == 1);
}

TEST_CASE("abilities: health and progress come through, and so does what the program throws meanwhile") {
  const auto storage = openWith(Lie::None);
  Findings findings;
  storage->extension<Health>()->checkHealth(findings, {});
  CHECK(findings.line == "2memory: is short");
  Progress progress;
  const ReindexResult result = storage->extension<Reindex>()->rebuildIndex(progress, {});
  CHECK(progress.seen == 5);
  CHECK(result.added == 1);
  CHECK(result.dropped == 2);
  progress.stop = true;
  CHECK(codeOf([&] { storage->extension<Reindex>()->rebuildIndex(progress, {}); }) == ErrorCode::Cancelled);
}
