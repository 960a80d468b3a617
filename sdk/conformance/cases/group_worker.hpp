#pragma once
// A worker of a consumer group as cases use one: what it was handed, and what it must be handed next.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "abilities.hpp"
#include "tally/extensions/consumer_group.hpp"

namespace tally::conformance {

class GroupWorker {
 public:
  struct Record {
    std::string id, content;
    std::uint32_t deliveries;
  };

  GroupWorker(IStorage& storage, std::string_view name, std::chrono::nanoseconds take_over_after = {},
              std::string_view group = "workers");

  /// Returns how many came.
  std::size_t take(std::size_t max_records, const Call& call);
  /// That the next records have these contents, in this order, asking for at most `max_records` at once.
  void expectRecords(const std::vector<std::string>& contents, std::size_t max_records = 100);
  /// That there are none for a while.
  void expectNothing();
  /// Of the record with this place in records(). Returns how many were waiting for it.
  std::size_t acknowledge(std::size_t place);
  std::size_t acknowledgeAll();

  /// All that came, in order.
  const std::vector<Record>& records() const noexcept { return records_; }
  GroupConsumer& consumer() noexcept { return *consumer_; }

 private:
  std::unique_ptr<GroupConsumer> consumer_;
  std::vector<Record> records_;
};

/// An object "q" of `count` appends "0" to "count - 1", and a group on it.
void makeQueue(IStorage& storage, unsigned count, const GroupOptions& options = {});

std::vector<Case> sharedGroupCases();

}  // namespace tally::conformance
