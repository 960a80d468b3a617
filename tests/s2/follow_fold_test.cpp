// What a follower is told, against what the file is: on streams at random, with readers that come and go.

#include "s2/records/follow_fold.hpp"

#include <random>
#include <string>
#include <vector>

#include "s2/records/batches.hpp"
#include "s2/wire/messages.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2;

namespace {

/// The records of a stream, and how many of them the service has deleted.
class Stream {
 public:
  void add(const std::vector<NewRecord>& batch) {
    for (const auto& record : batch) {
      records_.push_back(record);
      records_.back().own_body = record.bytes();
    }
    bounds_.push_back(records_.size());
    if (batch[0].headers.empty() || !batch[0].headers[0].name.empty()) return;
    trimmed_ = std::max(trimmed_, std::min(*trimNumber(batch[0].bytes()), records_.size() - batch.size() + 1));
  }
  void deleteSome(std::mt19937& random) {
    if (deleted_ < trimmed_) deleted_ += random() % (trimmed_ - deleted_ + 1);
  }
  std::uint64_t size() const { return records_.size(); }
  std::uint64_t begin() const { return deleted_; }
  const std::vector<std::uint64_t>& bounds() const { return bounds_; }
  RecordView at(std::uint64_t number) const {
    const NewRecord& record = records_[number];
    RecordView view;
    view.seq_num = number;
    view.timestamp = 1000 + number;
    view.body = record.bytes();
    for (const auto& header : record.headers) {
      if (header.name.empty()) view.is_command = true, view.command = header.value;
      if (header.name == kKindHeader) view.kind = header.value;
    }
    return view;
  }
  std::string content() const {
    Fold fold;
    for (std::uint64_t number = deleted_; number < size(); ++number) fold.feed(at(number), nullptr);
    std::string text;
    {
      StringSink sink(text);
      fold.copy({}, sink);
    }
    return text;
  }

 private:
  std::deque<NewRecord> records_;  // stay where they are
  std::vector<std::uint64_t> bounds_;
  std::uint64_t deleted_ = 0, trimmed_ = 0;
};

/// A reader, who may leave at any moment and come back with his point.
class Reader {
 public:
  explicit Reader(std::mt19937& random) : random_(random) {}

  /// Read to the end of the stream, or leave between.
  void read(const Stream& stream) {
    for (std::uint64_t number = std::max(stream.begin(), fold_.next()); number < stream.size();) {
      switch (fold_.feed(stream.at(number), nullptr)) {
        case FollowFold::Next::GoOn: ++number; break;
        case FollowFold::Next::ReadFrom: number = again(stream, fold_.readFrom()); continue;
        case FollowFold::Next::StartOver:
          text.clear();
          fold_ = FollowFold({});
          number = stream.begin();
          continue;
        case FollowFold::Next::Removed: FAIL("removed");
      }
      const auto& bounds = stream.bounds();
      const bool at_bound = std::binary_search(bounds.begin(), bounds.end(), number);
      if (at_bound && (number == stream.size() || random_() % 2 == 0)) {
        fold_.settle();
        if (!deliver()) return;
      }
    }
    fold_.settle();
    deliver();
  }
  /// Another process goes on with the point.
  void leave() { fold_ = FollowFold(fold_.point()); }

  std::string text;
  int resets = 0;

 private:
  std::uint64_t again(const Stream& stream, std::uint64_t from) {
    FollowPoint point = fold_.point();
    point.read_from = from;
    fold_ = FollowFold(point);
    return std::max(stream.begin(), from);
  }
  /// Returns whether all was taken.
  bool deliver() {
    if (fold_.takeReset()) {
      ++resets;
      text.clear();
    }
    StringSink sink(text);
    while (!fold_.isTaken()) {
      if (random_() % 8 == 0) return leave(), false;
      fold_.take(sink, 1 + random_() % 9);
    }
    return true;
  }

  std::mt19937& random_;
  FollowFold fold_{FollowPoint()};
};

TransactionId idOf(int number) { return {'t', 'x', static_cast<char>(number), static_cast<char>(number >> 8)}; }

/// A transaction on its way.
struct Staging {
  TransactionId id;
  std::uint64_t first;
  std::uint32_t count = 0;
};

void change(Stream& stream, std::vector<Staging>& stagings, std::mt19937& random, int step) {
  const std::string text = "<" + std::to_string(step) + ">";
  switch (random() % 8) {
    case 0: return stream.add(replaceBatch(text + "\nnew"));
    case 1: return stream.add(replaceBatch(""));
    case 2:
      stagings.push_back({idOf(step), stream.size()});
      return stream.add({stagedChunk(stagings.back().id, stagings.back().count++, text)});
    case 3:
      if (stagings.empty()) return;
      return stream.add({stagedChunk(stagings[0].id, stagings[0].count++, text)});
    case 4:
    case 5: {
      if (stagings.empty()) return;
      const Staging done = stagings[0];
      stagings.erase(stagings.begin());
      if (random() % 2 == 0) return stream.add({joiningRecord(done.id, done.first)});
      stream.add({commitRecord(done.id, done.first)});
      return stream.add({trimRecord(done.first)});
    }
    default: return stream.add(appendBatch(text + "\nmore\n" + text));
  }
}

}  // namespace

TEST_CASE("follow fold: readers who come and go hold what the file is") {
  int resets = 0;
  for (unsigned seed = 1; seed <= 400; ++seed) {
    std::mt19937 random(seed);
    Stream stream;
    std::vector<Staging> stagings;
    Reader reader(random);
    for (int step = 0; step < 60; ++step) {
      change(stream, stagings, random, step);
      if (random() % 4 == 0) stream.deleteSome(random);
      if (random() % 3 == 0) reader.read(stream);
      if (random() % 5 == 0) reader.leave();
    }
    reader.leave();
    for (int tries = 0; tries < 100 && reader.text != stream.content(); ++tries) reader.read(stream);
    CAPTURE(seed);
    CHECK(reader.text == stream.content());
    resets += reader.resets;
  }
  CHECK(resets > 100);
}

TEST_CASE("follow fold: a stream of the same name and length is another one by its times") {
  FollowFold fold{FollowPoint()};
  RecordView record;
  record.timestamp = 5;
  record.body = "x";
  REQUIRE(fold.feed(record, nullptr) == FollowFold::Next::GoOn);
  fold.settle();
  std::string text;
  {
    StringSink sink(text);
    fold.take(sink, 100);
  }
  CHECK(text == "x\n");
  FollowFold same(fold.point());
  CHECK(same.feed(record, nullptr) == FollowFold::Next::GoOn);
  record.timestamp = 6;
  FollowFold other(fold.point());
  CHECK(other.feed(record, nullptr) == FollowFold::Next::StartOver);
}

TEST_CASE("follow fold: an operator who trims a part makes the reader start over") {
  FollowFold fold{FollowPoint()};
  const auto feed = [&](std::uint64_t number, const NewRecord& line) {
    RecordView record;
    record.seq_num = number;
    record.body = line.bytes();
    record.is_command = !line.headers.empty();
    if (record.is_command) record.command = line.headers[0].value;
    return fold.feed(record, nullptr);
  };
  CHECK(feed(0, lineRecord("a")) == FollowFold::Next::GoOn);
  CHECK(feed(1, lineRecord("b")) == FollowFold::Next::GoOn);
  CHECK(feed(2, trimRecord(1)) == FollowFold::Next::StartOver);
  FollowFold deleted{FollowPoint()};
  RecordView record;
  const NewRecord trim = trimRecord(kStreamDeleted);
  record.is_command = true;
  record.command = kTrimCommand;
  record.body = trim.bytes();
  CHECK(deleted.feed(record, nullptr) == FollowFold::Next::Removed);
}

TEST_CASE("follow fold: going on inside a first value is no replacement, also while its own trim is still there") {
  Stream stream;
  stream.add(replaceBatch("first\nsecond\n"));
  FollowFold fold{FollowPoint()};
  for (std::uint64_t number = 0; number < stream.size(); ++number) {
    REQUIRE(fold.feed(stream.at(number), nullptr) == FollowFold::Next::GoOn);
  }
  fold.settle();
  std::string text;
  StringSink sink(text);
  fold.take(sink, 4);
  FollowFold later(fold.point());
  for (std::uint64_t number = later.next(); number < stream.size(); ++number) {
    REQUIRE(later.feed(stream.at(number), nullptr) == FollowFold::Next::GoOn);
  }
  later.settle();
  CHECK_FALSE(later.takeReset());
  later.take(sink, 100);
  CHECK(text.substr(0, 13) == "first\nsecond\n");
}
