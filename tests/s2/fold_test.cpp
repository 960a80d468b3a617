// From records to content: the rules one by one, and all of them against a randomised model.

#include "s2/records/fold.hpp"

#include <chrono>
#include <random>

#include "model.hpp"
#include "s2/records/batches.hpp"
#include "support/doctest.hpp"

using namespace tally;
using namespace tally::s2;

namespace {

/// A stream by hand: records as they would be read.
class Tape {
 public:
  Tape& at(std::uint64_t number) {
    next_ = number;
    return *this;
  }
  Tape& add(const NewRecord& record) {
    const auto bytes = std::make_shared<const std::string>(record.bytes());
    std::vector<std::string> kept;
    RecordView view;
    view.seq_num = next_++;
    view.timestamp = 7000 + view.seq_num;
    view.body = *bytes;
    for (const auto& header : record.headers) {
      if (header.name.empty()) {
        view.is_command = true;
        view.command = header.value;
      }
      if (header.name == kKindHeader) view.kind = header.value;
      if (header.name == kTokenHeader) view.token = *tokens_.emplace_back(std::make_shared<std::string>(header.value));
    }
    fold_.feed(view, bytes);
    return *this;
  }
  Tape& line(std::string_view text) { return add(lineRecord(text)); }
  Tape& chunk(std::string_view text) { return add(chunkRecord(text)); }
  Tape& batch(const std::vector<NewRecord>& records) {
    for (const auto& record : records) add(record);
    return *this;
  }
  const Fold& fold() const { return fold_; }

 private:
  Fold fold_;
  std::uint64_t next_ = 0;
  std::vector<std::shared_ptr<std::string>> tokens_;
};

const TransactionId kOne{'o', 'n', 'e'}, kTwo{'t', 'w', 'o'};

std::string contentOf(const Fold& fold, const ByteRange& range = {}) {
  std::string text;
  {
    StringSink sink(text);
    fold.copy(range, sink);
  }
  return text;
}

}  // namespace

TEST_CASE("fold: lines end in line feeds, chunks don't, foreign records are lines") {
  Tape tape;
  tape.line("one").chunk("tw").chunk("o").line("");
  CHECK(contentOf(tape.fold()) == "one\ntwo\n");
  CHECK(tape.fold().size() == 8);
  CHECK(tape.fold().next() == 4);
  CHECK(tape.fold().timestamp() == 7003);
}

TEST_CASE("fold: a replacement drops what was before, also before the service does") {
  Tape tape;
  tape.line("old").batch(replaceBatch("new\nrest"));
  CHECK(contentOf(tape.fold()) == "new\nrest");
  tape.batch(replaceBatch(""));
  CHECK(contentOf(tape.fold()).empty());
  CHECK(tape.fold().exists());
}

TEST_CASE("fold: a gap proves that everything before it is gone") {
  Tape tape;
  tape.line("old").line("older").at(7).line("new");
  CHECK(contentOf(tape.fold()) == "new\n");
}

TEST_CASE("fold: staged records show nothing until their commit, and then replace everything") {
  Tape tape;
  tape.line("old").add(stagedChunk(kOne, 0, "big ")).add(stagedChunk(kOne, 1, "value"));
  CHECK(contentOf(tape.fold()) == "old\n");
  tape.line("between").add(commitRecord(kOne, 1)).add(trimRecord(1));
  CHECK(contentOf(tape.fold()) == "big value");
  tape.line("behind");
  CHECK(contentOf(tape.fold()) == "big valuebehind\n");
}

TEST_CASE("fold: only staged records are no object") {
  Tape tape;
  CHECK_FALSE(tape.fold().exists());
  tape.add(stagedChunk(kOne, 0, "x"));
  CHECK_FALSE(tape.fold().exists());
  tape.add(commitRecord(kOne, 0));
  CHECK(tape.fold().exists());
}

TEST_CASE("fold: joined records come behind everything, in one step") {
  Tape tape;
  tape.line("one").add(stagedChunk(kOne, 0, "two")).line("three").add(joiningRecord(kOne, 1)).line("four");
  CHECK(contentOf(tape.fold()) == "one\nthree\ntwofour\n");
}

TEST_CASE("fold: a batch and a commit that land twice count once") {
  Tape tape;
  tape.add(stagedChunk(kOne, 0, "a")).add(stagedChunk(kOne, 0, "a")).add(stagedChunk(kOne, 1, "b"));
  tape.add(commitRecord(kOne, 0)).line("+").add(commitRecord(kOne, 0));
  CHECK(contentOf(tape.fold()) == "ab+\n");
}

TEST_CASE("fold: a commit that another write overtook is ignored by every reader") {
  Tape tape;
  tape.add(stagedChunk(kOne, 0, "late")).batch(replaceBatch("winner")).add(commitRecord(kOne, 0)).add(trimRecord(0));
  CHECK(contentOf(tape.fold()) == "winner");
  Tape after;  // the same, read after the service has trimmed
  after.at(2).chunk("winner").add(commitRecord(kOne, 0)).add(trimRecord(0));
  CHECK(contentOf(after.fold()) == "winner");
}

TEST_CASE("fold: two transactions at once: the last commit counts, whole") {
  Tape tape;
  tape.add(stagedChunk(kOne, 0, "1a")).add(stagedChunk(kTwo, 0, "2a")).add(stagedChunk(kOne, 1, "1b"));
  tape.add(commitRecord(kTwo, 1)).add(commitRecord(kOne, 0));
  CHECK(contentOf(tape.fold()) == "1a1b");
}

TEST_CASE("fold: a commit from another life of the stream's name changes nothing") {
  Tape tape;
  tape.add(commitRecord(kOne, 12));
  CHECK_FALSE(tape.fold().exists());
  tape.line("new").add(commitRecord(kTwo, 40));
  CHECK(contentOf(tape.fold()) == "new\n");
}

TEST_CASE("fold: what somebody trims by hand is gone; a value cut that way is damaged, not empty") {
  Tape lines;
  lines.line("a").line("b").line("c").add(trimRecord(1));
  CHECK(contentOf(lines.fold()) == "b\nc\n");
  CHECK_FALSE(lines.fold().damaged());
  Tape cut;
  cut.at(5).add(stagedChunk(kOne, 3, "d")).add(commitRecord(kOne, 2));
  CHECK(cut.fold().damaged());
}

TEST_CASE("fold: unknown kinds, other commands and the service's deletion mark") {
  Tape tape;
  NewRecord unknown, fence;
  unknown.headers.push_back({kKindHeader, "z?"});
  unknown.body = "unknown";
  fence.headers.push_back({{}, "fence"});
  tape.add(unknown).add(fence);
  CHECK(contentOf(tape.fold()) == "unknown\n");
  CHECK_FALSE(tape.fold().deleted());
  tape.add(trimRecord(kStreamDeleted));
  CHECK(tape.fold().deleted());
}

TEST_CASE("fold: ranges, also across lines and their line feeds") {
  Tape tape;
  tape.line("abc").line("").chunk("de").line("f");
  const std::string whole = "abc\n\ndef\n";
  REQUIRE(contentOf(tape.fold()) == whole);
  for (std::uint64_t offset = 0; offset <= whole.size(); ++offset) {
    for (std::uint64_t length = 0; length <= whole.size() + 1; ++length) {
      CAPTURE(offset);
      CAPTURE(length);
      REQUIRE(contentOf(tape.fold(), {offset, length}) == whole.substr(offset, length));
    }
  }
}

TEST_CASE("fold: tokens tell the size just after their append") {
  Tape tape;
  NewRecord marked = lineRecord("two");
  marked.headers.push_back({kTokenHeader, "t"});
  tape.line("one").add(marked).line("three");
  CHECK(tape.fold().sizeAfter("t") == 8);
  CHECK_FALSE(tape.fold().sizeAfter("u").has_value());
}

TEST_CASE("fold: 2000 runs of the model, no wrong read") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  int wrong = 0, reads = 0;
  for (std::uint64_t run = 0; run < 2000; ++run) {
    const auto [bad, all] = s2::test::Model(seed + run).play();
    wrong += bad;
    reads += all;
  }
  CHECK(wrong == 0);
  CHECK(reads > 5000);
}

TEST_CASE("fold: takes linear time over records that were replaced") {
  const auto measure = [](int writes) {
    const auto begin = std::chrono::steady_clock::now();
    Tape tape;
    for (int i = 0; i < writes; ++i) tape.batch(replaceBatch("a\nb\n"));
    CHECK(contentOf(tape.fold()) == "a\nb\n");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const double few = measure(4000), many = measure(40'000);
  CHECK(many < 40 * few);
}
