#pragma once
// Mutants that get tally.consumer_group/1 wrong. Each shows only what it spoils.

#include <atomic>
#include <string>
#include <vector>

#include "tally/extensions/consumer_group.hpp"
#include "wrong_ability.hpp"

namespace tally::test {

class ForwardingGroups : public ConsumerGroups {
 public:
  explicit ForwardingGroups(IStorage& storage) : storage_(storage) {}
  void createGroup(std::string_view key, std::string_view group, const GroupOptions& options,
                   const Call& call) override {
    good().createGroup(key, group, options, call);
  }
  bool dropGroup(std::string_view key, std::string_view group, const Call& call) override {
    return good().dropGroup(key, group, call);
  }
  GroupState groupState(std::string_view key, std::string_view group, const Call& call) override {
    return good().groupState(key, group, call);
  }
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override {
    return good().joinGroup(key, group, consumer, options, call);
  }

 protected:
  ConsumerGroups& good() const noexcept { return *storage_.extension<ConsumerGroups>(); }

 private:
  IStorage& storage_;
};

/// Each worker has the whole object to itself.
class EverybodyGetsAll final : public ForwardingGroups {
  using ForwardingGroups::ForwardingGroups;
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override {
    const std::string own = "of-" + std::string(consumer);
    try {
      good().createGroup(key, own, {}, call);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::AlreadyExists) throw;
    }
    return good().joinGroup(key, own, consumer, options, call);
  }
};

/// Takes over after another time than was asked for.
template <std::int64_t kNanoseconds>
class TakesOverAfter final : public ForwardingGroups {
  using ForwardingGroups::ForwardingGroups;
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override {
    GroupJoinOptions spoiled;
    if (options.take_over_after.count() != 0) spoiled.take_over_after = std::chrono::nanoseconds(kNanoseconds);
    return good().joinGroup(key, group, consumer, spoiled, call);
  }
};

/// Forgets who it was, so that its own records wait for ever.
class NewNameEachTime final : public ForwardingGroups {
  using ForwardingGroups::ForwardingGroups;
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override {
    return good().joinGroup(key, group, std::string(consumer) + std::to_string(++joined_), options, call);
  }
  std::atomic<unsigned> joined_{0};
};

class FromTheStartAnyhow final : public ForwardingGroups {
  using ForwardingGroups::ForwardingGroups;
  void createGroup(std::string_view key, std::string_view group, const GroupOptions&, const Call& call) override {
    good().createGroup(key, group, {}, call);
  }
};

class DropDoesNothing final : public ForwardingGroups {
  using ForwardingGroups::ForwardingGroups;
  bool dropGroup(std::string_view key, std::string_view group, const Call& call) override {
    try {
      good().groupState(key, group, call);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
};

/// Counts what was asked for, not what was done.
class CountsAllAcknowledged final : public ForwardingGroups {
  using ForwardingGroups::ForwardingGroups;
  struct Consumer final : GroupConsumer {
    explicit Consumer(std::unique_ptr<GroupConsumer> below) : good(std::move(below)) {}
    std::size_t next(GroupSink& out, std::size_t max_records, const Call& call) override {
      return good->next(out, max_records, call);
    }
    std::size_t acknowledge(const std::vector<std::string_view>& ids, const Call& call) override {
      good->acknowledge(ids, call);
      return ids.size();
    }
    std::unique_ptr<GroupConsumer> good;
  };
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override {
    return std::make_unique<Consumer>(good().joinGroup(key, group, consumer, options, call));
  }
};

/// What ends a wait is no reason to end it with an error.
template <ErrorCode kReason>
class EndsWithNothing final : public ForwardingGroups {
  using ForwardingGroups::ForwardingGroups;
  struct Consumer final : GroupConsumer {
    explicit Consumer(std::unique_ptr<GroupConsumer> below) : good(std::move(below)) {}
    std::size_t next(GroupSink& out, std::size_t max_records, const Call& call) override {
      try {
        return good->next(out, max_records, call);
      } catch (const Error& error) {
        if (error.code() != kReason) throw;
        return 0;
      }
    }
    std::size_t acknowledge(const std::vector<std::string_view>& ids, const Call& call) override {
      return good->acknowledge(ids, call);
    }
    std::unique_ptr<GroupConsumer> good;
  };
  std::unique_ptr<GroupConsumer> joinGroup(std::string_view key, std::string_view group, std::string_view consumer,
                                           const GroupJoinOptions& options, const Call& call) override {
    return std::make_unique<Consumer>(good().joinGroup(key, group, consumer, options, call));
  }
};

}  // namespace tally::test
