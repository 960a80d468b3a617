#include "group_worker.hpp"

#include <algorithm>

namespace tally::conformance {
namespace {

using namespace std::chrono_literals;

class Taken final : public GroupSink {
 public:
  explicit Taken(std::vector<GroupWorker::Record>& out) : out_(out) {}
  void take(const GroupRecord& record) override {
    const bool printable = std::all_of(record.id.begin(), record.id.end(), [](char c) { return c >= ' ' && c < 0x7F; });
    expect(printable && !record.id.empty() && record.id.size() <= 255,
           "a record's id is not printable ASCII of 1 to 255 bytes: " + quote(record.id));
    expect(record.deliveries >= 1, "a record says that it was never handed out");
    out_.push_back({std::string(record.id), std::string(record.content), record.deliveries});
  }

 private:
  std::vector<GroupWorker::Record>& out_;
};

}  // namespace

GroupWorker::GroupWorker(IStorage& storage, std::string_view name, std::chrono::nanoseconds take_over_after,
                         std::string_view group) {
  GroupJoinOptions options;
  options.take_over_after = take_over_after;
  consumer_ = of<ConsumerGroups>(storage).joinGroup("q", group, name, options, {});
  expect(consumer_ != nullptr, "joinGroup returned nothing");
}

std::size_t GroupWorker::take(std::size_t max_records, const Call& call) {
  const auto before = records_.size();
  Taken taken(records_);
  const auto count = consumer_->next(taken, max_records, call);
  expectEqual("records that next says it delivered", count, records_.size() - before);
  expect(count <= max_records, "next delivered more records than asked for");
  return count;
}

void GroupWorker::expectRecords(const std::vector<std::string>& contents, std::size_t max_records) {
  const auto before = records_.size();
  const Call call = Call::within(10s);
  while (records_.size() < before + contents.size()) {
    const auto left = before + contents.size() - records_.size();
    if (take(std::min(max_records, left), call) == 0) {
      fail("a worker was handed " + std::to_string(records_.size() - before) + " of " +
           std::to_string(contents.size()) + " records in 10 s");
    }
  }
  for (std::size_t i = 0; i < contents.size(); ++i) {
    expectBytes("record " + std::to_string(before + i), records_[before + i].content, contents[i]);
  }
}

void GroupWorker::expectNothing() {
  if (take(1, Call::within(100ms)) == 0) return;
  fail("a worker was handed " + quote(records_.back().content) + " when there was nothing for it");
}

std::size_t GroupWorker::acknowledge(std::size_t place) { return consumer_->acknowledge({records_.at(place).id}, {}); }

std::size_t GroupWorker::acknowledgeAll() {
  std::vector<std::string_view> ids;
  for (const auto& record : records_) ids.emplace_back(record.id);
  return consumer_->acknowledge(ids, {});
}

void makeQueue(IStorage& storage, unsigned count, const GroupOptions& options) {
  for (unsigned i = 0; i < count; ++i) storage.append("q", std::to_string(i));
  of<ConsumerGroups>(storage).createGroup("q", "workers", options, {});
}

}  // namespace tally::conformance
