#pragma once
// An adapter that offers every ability, does next to nothing, and breaks the promise that it is told to break.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tally/extensions/append_stream.hpp"
#include "tally/extensions/batch.hpp"
#include "tally/extensions/consumer_group.hpp"
#include "tally/extensions/follow.hpp"
#include "tally/extensions/health.hpp"
#include "tally/extensions/lease.hpp"
#include "tally/extensions/reindex.hpp"
#include "tally/sdk/plugin.hpp"

namespace tally::test {

enum class Lie {
  None,
  ResultTwice,
  ResultMissing,
  ResultOfNobody,
  TicketOutOfOrder,
  UnknownEvent,
  LongCursor,
  TooManyRecords,
  RecordWithoutId,
  UnknownLevel,
};

/// What the next calls do, and what is open.
struct AbilitiesState {
  Lie lie = Lie::None;
  int storages = 0;
  int objects = 0;
};
inline AbilitiesState& abilitiesState() {
  static AbilitiesState state;
  return state;
}
inline bool lies(Lie lie) { return abilitiesState().lie == lie; }

struct CountedObject {
  CountedObject() { ++abilitiesState().objects; }
  ~CountedObject() { --abilitiesState().objects; }
  CountedObject(const CountedObject&) = delete;
  CountedObject& operator=(const CountedObject&) = delete;
};

class TwoAppends final : public AppendStream, CountedObject {
 public:
  std::optional<std::uint64_t> submit(std::string_view) override {
    if (given_ == 2) return std::nullopt;
    return lies(Lie::TicketOutOfOrder) ? 7 : given_++;
  }
  std::optional<std::uint64_t> wait(std::uint64_t ticket, const Call&) override { return 10 * (ticket + 1); }

 private:
  std::uint64_t given_ = 0;
};

class OneFollower final : public Follower, CountedObject {
 public:
  FollowEvent next(ByteSink& out, std::uint64_t max_bytes, const Call& call) override {
    if (lies(Lie::UnknownEvent)) return static_cast<FollowEvent>(4);
    if (call.hasDeadline() && Call::Clock::now() >= call.deadline) return FollowEvent::Nothing;
    out.put(std::string(max_bytes, 'x'));
    return FollowEvent::Data;
  }
  std::string cursor() const override { return lies(Lie::LongCursor) ? std::string(256, 'c') : "c"; }
};

class OneConsumer final : public GroupConsumer, CountedObject {
 public:
  std::size_t next(GroupSink& out, std::size_t max_records, const Call&) override {
    const std::size_t count = max_records + (lies(Lie::TooManyRecords) ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) out.take({lies(Lie::RecordWithoutId) ? "" : "1-0", "record", 2});
    return 0;  // the host counts for itself
  }
  std::size_t acknowledge(const std::vector<std::string_view>& ids, const Call&) override { return ids.size(); }
};

class OneLease final : public Lease, CountedObject {
 public:
  Version write(std::string_view content, const Call&) override { return Version(content); }
  std::optional<std::uint64_t> append(std::string_view content, const Call&) override { return content.size(); }
  void release(const Call&) override { throw Error(ErrorCode::Unavailable, "gone"); }
};

class AbilitiesStorage final : public IStorage,
                               public Batch,
                               public AppendStreams,
                               public Follow,
                               public ConsumerGroups,
                               public Leases,
                               public Health,
                               public Reindex {
 public:
  explicit AbilitiesStorage(const sdk::Config&) { ++abilitiesState().storages; }
  ~AbilitiesStorage() override { --abilitiesState().storages; }

  StorageStat read(std::string_view, const ByteRange&, ByteSink& out, const Call&) override {
    out.put("whole");
    return {};
  }
  Version write(std::string_view, std::string_view, const WriteOptions&, const Call&) override { return {}; }
  std::optional<std::uint64_t> append(std::string_view, std::string_view, const AppendOptions&, const Call&) override {
    return std::nullopt;
  }
  bool list(std::string_view, const ListOptions&, EntrySink&, const Call&) override { return false; }
  std::optional<StorageStat> stat(std::string_view, const Call&) override { return std::nullopt; }
  bool remove(std::string_view, const RemoveOptions&, const Call&) override { return false; }
  Capabilities capabilities() const noexcept override { return {}; }
  void* extension(std::string_view id) override {
    return offer<Batch, AppendStreams, Follow, ConsumerGroups, Leases, Health, Reindex>(*this, id);
  }

  void readMany(const Keys& keys, BatchSink& out, const Call&) override { answer(keys, out); }
  void writeMany(const Keys& keys, const std::vector<std::string_view>&, const WriteOptions&, BatchSink& out,
                 const Call&) override {
    answer(keys, out);
  }
  void statMany(const Keys& keys, BatchSink& out, const Call&) override { answer(keys, out); }
  void removeMany(const Keys& keys, const RemoveOptions&, BatchSink& out, const Call&) override { answer(keys, out); }

  std::unique_ptr<AppendStream> openAppendStream(std::string_view, const AppendStreamOptions&, const Call&) override {
    return std::make_unique<TwoAppends>();
  }
  std::unique_ptr<Follower> openFollower(std::string_view, const FollowOptions&, const Call&) override {
    return std::make_unique<OneFollower>();
  }

  void createGroup(std::string_view, std::string_view, const GroupOptions&, const Call&) override {}
  bool dropGroup(std::string_view, std::string_view, const Call&) override { return true; }
  GroupState groupState(std::string_view, std::string_view, const Call&) override { return {1, 2, std::nullopt}; }
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view, std::string_view, std::string_view,
                                           const GroupJoinOptions&, const Call&) override {
    return std::make_unique<OneConsumer>();
  }
  std::unique_ptr<Lease> acquireLease(std::string_view, std::string_view, const LeaseOptions&, const Call&) override {
    return std::make_unique<OneLease>();
  }
  void checkHealth(HealthSink& out, const Call&) override {
    out.take(lies(Lie::UnknownLevel) ? static_cast<HealthLevel>(9) : HealthLevel::Warning, "memory", "is short");
  }
  ReindexResult rebuildIndex(ReindexProgress& progress, const Call&) override {
    progress.lookedAt(5);
    return {5, 1, 2};
  }

 private:
  // Every second object is absent.
  static void answer(const Keys& keys, BatchSink& out) {
    for (std::size_t i = 0; i < keys.size() - (lies(Lie::ResultMissing) ? 1 : 0); ++i) {
      StorageStat stat;
      stat.size = i;
      if (i % 2 == 0) out.take(i, keys[i], stat);
      if (i % 2 == 1) out.fail(i, Error(ErrorCode::NotFound, "no such object"));
    }
    if (lies(Lie::ResultTwice)) out.take(0, "again", {});
    if (lies(Lie::ResultOfNobody)) out.take(keys.size(), "nobody's", {});
  }
};

}  // namespace tally::test
