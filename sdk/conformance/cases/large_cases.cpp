// Group K: limits and pages inside a backend that must not show outside.
#include <malloc.h>

#include <string>

#include "groups.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

std::string numbered(unsigned number) { return "record " + std::to_string(number) + "\n"; }

// (bug 36) Only the first batch of the service was read.
void manyRecords(Context& context) {
  auto& storage = context.storage();
  std::string expected;
  unsigned number = 0;
  for (const unsigned count : {999U, 1000U, 1001U, 1500U}) {
    for (; number < count; ++number) {
      const std::string record = numbered(number);
      storage.append("d/log", record);
      expected += record;
    }
    expectContent(storage, "d/log", expected);
  }
  const auto last = expected.size() - numbered(number - 1).size();
  expectBytes("the last record of 1500", storage.read("d/log", {last}), numbered(number - 1));
}

// (bug 36)
void aboveOnePage(Context& context) {
  constexpr std::uint64_t kPage = 1U << 20;
  auto& storage = context.storage();
  const std::string value = context.bytes(2'100'000);
  storage.write("d/x", value);
  expectContent(storage, "d/x", value);
  for (const std::uint64_t page : {kPage, 2 * kPage}) {
    expectBytes("10 bytes of 'd/x' around " + std::to_string(page), storage.read("d/x", {page - 5, 10}),
                value.substr(page - 5, 10));
  }
  storage.append("d/x", "+");
  expectContent(storage, "d/x", value + "+");
}

/// Counts what comes and keeps nothing of it.
class Counting final : public ByteSink {
 public:
  void put(std::string_view bytes) override { take(bytes); }
  char* grow(std::size_t size) override {
    if (room_.size() < size) room_.resize(size);
    largest_ = std::max(largest_, size);
    return room_.data();
  }
  void commit(std::size_t size) override { take({room_.data(), size}); }
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t sum() const noexcept { return sum_; }
  std::size_t largestRoom() const noexcept { return largest_; }

 private:
  void take(std::string_view bytes) {
    count_ += bytes.size();
    sum_ = checksum(sum_, bytes);
  }
  std::string room_;
  std::uint64_t count_ = 0, sum_ = 0;
  std::size_t largest_ = 0;

 public:
  static std::uint64_t checksum(std::uint64_t sum, std::string_view bytes) {
    for (const char byte : bytes) sum = sum * 31 + static_cast<unsigned char>(byte);
    return sum;
  }
};

std::size_t heapInUse() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

void hugeLog(Context& context) {
  constexpr std::size_t kRecord = 10'000;
  auto& storage = context.storage();
  const unsigned records = context.rounds(10'000);
  std::uint64_t sum = 0;
  for (unsigned number = 0; number < records; ++number) {
    std::string record = numbered(number);
    record.resize(kRecord, static_cast<char>('a' + number % 26));
    storage.append("d/log", record);
    sum = Counting::checksum(sum, record);
  }
  const std::size_t before = heapInUse();
  Counting read;
  storage.read("d/log", {}, read, Call());
  expectEqual<std::uint64_t>("bytes of 'd/log'", read.count(), records * std::uint64_t{kRecord});
  expect(read.sum() == sum, "content of 'd/log': as long as what was appended, but not the same");
  const std::size_t kept = heapInUse() - std::min(heapInUse(), before + read.largestRoom());
  expect(kept <= std::size_t{16} << 20, "a read of " + std::to_string(read.count()) + " bytes leaves " +
                                            std::to_string(kept) + " bytes of the heap in use");
}

void aboveTheLimit(Context& context) {
  constexpr std::size_t kLimit = 1U << 20;
  auto& context_storage = context.storage();
  context_storage.write("d/x", "old");
  const auto limited = context.harness().openLimited(kLimit);
  if (!limited) Context::skip("the harness can't limit the size of an object");
  const std::string large = context.bytes(8 * kLimit);
  for (const char* const key : {"d/x", "d/new"}) {
    expectError(ErrorCode::TooLarge, "write of 8 MiB to " + quote(key) + " above a limit of 1 MiB",
                [&] { limited->write(key, large); });
  }
  expectError(ErrorCode::TooLarge, "append of 8 MiB above a limit of 1 MiB", [&] { limited->append("d/x", large); });
  expectContent(*limited, "d/x", "old");
  expectAbsent(*limited, "d/new");
  limited->write("d/x", "small");
  expectContent(*limited, "d/x", "small");
}

}  // namespace

Group largeCases() {
  return {'K',
          "limits and pages inside the backend",
          {
              {"K01", "read: 999, 1000, 1001 and 1500 appended records are all there", manyRecords},
              {"K02", "read: 2.1 MB of one write are all there, also around each MiB", aboveOnePage},
              {"K03", "read: 100 MB of 10 000 appends are all there, and kept nowhere", hugeLog, {}, Pace::Slow, 240},
              {"K04", "write, append: above a limit are TooLarge, and leave the old value", aboveTheLimit},
          }};
}

}  // namespace tally::conformance
