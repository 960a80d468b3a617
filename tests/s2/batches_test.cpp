// From content to records: what fits, and that nothing is lost on the way.

#include "s2/records/batches.hpp"

#include <random>

#include "support/doctest.hpp"

using namespace tally::s2;

namespace {

std::string joined(const std::vector<NewRecord>& records) {
  std::string content;
  for (const auto& record : records) {
    if (!record.headers.empty() && record.headers[0].name.empty()) continue;  // the trim
    content += record.bytes();
    if (record.headers.empty()) content += '\n';
  }
  return content;
}

std::size_t metered(const std::vector<NewRecord>& records) {
  std::size_t size = 0;
  for (const auto& record : records) size += meteredSize(record);
  return size;
}

}  // namespace

TEST_CASE("batches: a line is a record, the rest a chunk, nothing a chunk of no bytes") {
  CHECK(appendBatch("").size() == 1);
  CHECK(appendBatch("a\nb\n").size() == 2);
  CHECK(appendBatch("a\nb").size() == 2);
  CHECK(appendBatch("\n\n").size() == 2);
  CHECK(replaceBatch("a\n").size() == 2);
}

TEST_CASE("batches: random content comes back, within the service's limits") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::string content(random() % 5000, 'x');
    for (auto& c : content) c = random() % 8 == 0 ? '\n' : 'a';
    for (const auto& records : {appendBatch(content), replaceBatch(content)}) {
      REQUIRE(joined(records) == content);
      REQUIRE(records.size() <= kMaxBatchRecords);
      REQUIRE(metered(records) + kHeaderRoom <= kMaxBatchBytes);
    }
  }
}

TEST_CASE("batches: many lines share records") {
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += "line\n";
  const auto records = replaceBatch(content);
  REQUIRE_FALSE(records.empty());
  CHECK(records.size() < 100);
  CHECK(joined(records) == content);
}

TEST_CASE("batches: nearly 1 MiB fits, 1 MiB does not") {
  CHECK_FALSE(replaceBatch(std::string(kMaxBatchBytes - 200, 'x')).empty());
  CHECK(replaceBatch(std::string(kMaxBatchBytes, 'x')).empty());
  std::string lines(kMaxBatchBytes - 2000, 'x');
  for (std::size_t at = 100; at < lines.size(); at += 101) lines[at] = '\n';
  CHECK(joined(replaceBatch(lines)) == lines);
}
