#pragma once
// What the files of group R share.

#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "abilities.hpp"
#include "tally/conformance/case.hpp"
#include "tally/extensions/batch.hpp"

namespace tally::conformance {

/// What became of each item; more or less than one answer an item is a broken promise.
class Results final : public BatchSink {
 public:
  struct Item {
    std::string content;
    StorageStat stat;
    std::optional<Error> error;
  };

  explicit Results(std::size_t count) : items_(count), answers_(count) {}
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    count(index);
    items_[index] = {std::string(content), stat, std::nullopt};
  }
  void fail(std::size_t index, const Error& error) override {
    count(index);
    items_[index].error = error;
  }

  /// All of them, once the batch has returned.
  const std::vector<Item>& items() const {
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      expectEqual("answers for item " + std::to_string(i) + " of " + std::to_string(answers_.size()), answers_[i], 1U);
    }
    return items_;
  }
  bool empty() const { return std::accumulate(answers_.begin(), answers_.end(), 0U) == 0; }

 private:
  void count(std::size_t index) {
    expect(index < answers_.size(), "a batch answered for an item that it does not have");
    ++answers_[index];
  }
  std::vector<Item> items_;
  std::vector<unsigned> answers_;
};

inline void expectDone(const Results::Item& item, const std::string& what) {
  if (item.error) fail(what + ": found " + item.error->what() + ", expected that it is done");
}

inline void expectFailed(const Results::Item& item, ErrorCode code, const std::string& what) {
  expectErrorAmong({code}, what, item.error ? &*item.error : nullptr);
}

inline Batch::Keys keysOf(const std::vector<std::string>& keys) { return {keys.begin(), keys.end()}; }

inline std::vector<std::string> numbered(const std::string& before, std::size_t count) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < count; ++i) keys.push_back(before + std::to_string(i));
  return keys;
}

std::vector<Case> batchManyCases();

}  // namespace tally::conformance
