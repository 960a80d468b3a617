#pragma once
// Numbers that were seen, kept as runs of neighbours: those of a conversation are one run, however long it is.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

namespace tally::detail {

class IndexRuns {
 public:
  /// Returns whether the number is new. Below INT64_MAX.
  bool add(std::int64_t index) {
    const auto next = runs_.upper_bound(index);
    const auto previous = next == runs_.begin() ? runs_.end() : std::prev(next);
    if (previous != runs_.end() && index < previous->second) return false;
    const bool continues = previous != runs_.end() && previous->second == index;
    const auto run = continues ? previous : runs_.emplace_hint(next, index, index);
    run->second = index + 1;
    if (next != runs_.end() && next->first == run->second) {
      run->second = next->second;
      runs_.erase(next);
    }
    return true;
  }
  std::size_t runs() const noexcept { return runs_.size(); }

 private:
  std::map<std::int64_t, std::int64_t> runs_;  // from the first number to the one behind the last
};

}  // namespace tally::detail
