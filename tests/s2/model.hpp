#pragma once
// A randomised model of one stream and everybody who uses it: whole writes, small and staged; appends, small and
// staged; writers that die, requests that land twice; readers that go page by page; and the service, which trims in its
// own time. Each reader must get what the file was at some batch boundary between its start and its end.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "s2/records/fold.hpp"

namespace tally::s2::test {

/// The service's side.
class ModelStream {
 public:
  struct Placed {
    std::uint64_t start, end;
  };
  /// Nothing when `match` is not the next number.
  std::optional<Placed> append(const std::vector<NewRecord>& records, std::optional<std::uint64_t> match = {});
  void deleteSome(std::mt19937_64& random);
  std::uint64_t next() const noexcept { return records_.size(); }
  const NewRecord& at(std::uint64_t number) const { return *records_[number]; }
  std::uint64_t deleted() const noexcept { return deleted_; }
  /// Feed up to `limit` of the remaining records from `from` on. Returns how many there were.
  std::size_t page(std::uint64_t from, std::size_t limit, Fold& fold) const;
  const std::vector<std::uint64_t>& bounds() const noexcept { return bounds_; }

 private:
  std::vector<std::shared_ptr<NewRecord>> records_;
  std::vector<std::uint64_t> bounds_{0};
  std::uint64_t deleted_ = 0, trimmed_ = 0;
};

/// One run with its own seed.
class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {}
  /// Returns how many reads were wrong, and of how many.
  std::pair<int, int> play();

 private:
  using Step = std::function<bool()>;  // returns whether it has ended

  struct Change {
    std::uint64_t end;
    bool replaces;
    std::string text;
  };
  struct Reading {
    std::uint64_t began, ended;
    std::string content;
    bool exists;
  };

  std::size_t number(std::size_t low, std::size_t high);
  bool chance(double odds);
  std::string fresh();
  Step smallWrite();
  Step smallAppend();
  Step staged(bool replaces);
  Step reader();
  bool stageSome(struct StagedChange& change);
  bool finishStaged(struct StagedChange& change);
  std::optional<std::string> intended(std::uint64_t bound) const;

  std::mt19937_64 random_;
  ModelStream stream_;
  int count_ = 0;
  std::vector<Change> changes_;
  std::vector<Reading> readings_;
};

}  // namespace tally::s2::test
