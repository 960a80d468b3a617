// Group L: a part of an object.
#include <atomic>

#include "groups.hpp"
#include "parallel.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

void expectRange(IStorage& storage, const std::string& content, const ByteRange& range) {
  const std::string what = "bytes of 'x' from " + std::to_string(range.offset) +
                           (range.length == ByteRange::kToEnd ? " on" : ", " + std::to_string(range.length) + " long");
  expectBytes(what, storage.read("x", range), std::string_view(content).substr(range.offset, range.length));
}

void ranges(Context& context) {
  auto& storage = context.storage();
  const std::string content = context.bytes(100);
  storage.write("x", content);
  const ByteRange table[] = {{5, 10},  {0, 1},   {99, 1}, {80}, {81, 100'000},
                             {80, 20}, {0, 100}, {},      {99}, {1, UINT64_MAX - 1}};
  for (const auto& range : table) expectRange(storage, content, range);
}

void largeRanges(Context& context) {
  auto& storage = context.storage();
  const std::string content = context.bytes(3'000'000);
  storage.write("x", content.substr(0, 2'000'000));
  for (std::size_t at = 2'000'000; at < content.size(); at += 100'000) storage.append("x", content.substr(at, 100'000));
  for (int i = 0; i < 100; ++i) {
    const ByteRange range{context.number(0, content.size()), context.number(0, 500'000)};
    expectRange(storage, content, range);
  }
}

void behindTheEnd(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "12345");
  storage.write("empty", "");
  expectBytes("bytes of 'x' from its end on", storage.read("x", {5}), "");
  expectBytes("bytes of 'empty' from its end on", storage.read("empty", {0}), "");
  for (const ByteRange range : {ByteRange{6}, ByteRange{6, 0}, ByteRange{1'000'000, 1}, ByteRange{UINT64_MAX, 1}}) {
    expectError(ErrorCode::RangeNotSatisfied, "read of 5 bytes from " + std::to_string(range.offset) + " on",
                [&] { storage.read("x", range); });
  }
  expectError(ErrorCode::NotFound, "read of a range of a missing key", [&] { storage.read("missing", {6}); });
}

void nothingWanted(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "12345");
  for (const std::uint64_t offset : {0U, 3U, 5U}) {
    expectBytes("no bytes of 'x' from " + std::to_string(offset), storage.read("x", {offset, 0}), "");
  }
  expectError(ErrorCode::NotFound, "read of no bytes of a missing key", [&] { storage.read("missing", {0, 0}); });
}

void rangeSaysStat(Context& context) {
  auto& storage = context.storage();
  storage.write("x", "12345");
  std::string bytes;
  StorageStat said;
  {
    StringSink sink(bytes);
    said = storage.read("x", {1, 2}, sink, {});
  }
  expectBytes("bytes of 'x' from 1, 2 long", bytes, "23");
  const auto stat = storage.stat("x");
  expect(said.size == stat->size, "read of a range: says another size than stat; it must be that of the whole object");
  expect(said.version == stat->version, "read of a range: says another version than stat");
}

constexpr std::size_t kLarge = std::size_t{4} << 20;

/// That half of the value, from `offset` on, is of one letter.
void expectOneVersion(IStorage& storage, std::size_t offset) {
  const std::string bytes = storage.read("x", {offset, kLarge / 2});
  expectEqual<std::size_t>("bytes of a range during replaces", bytes.size(), kLarge / 2);
  expect(bytes.find_first_not_of(bytes[0]) == bytes.npos, "a range during replaces: holds bytes of two values");
}

/// Each value has one letter, all have one size.
void rangesMeanwhile(Context& context) {
  auto& storage = context.storage();
  const unsigned rounds = context.rounds(60);
  const auto value = [](unsigned round) { return std::string(kLarge, static_cast<char>('a' + round % 26)); };
  storage.write("x", value(0));
  std::atomic<bool> done{false};
  std::atomic<unsigned> reads{0};
  inThreads(4, [&](unsigned i) {
    const RaiseAtEnd raise(done);  // also when a reader has found something
    if (i == 0) {
      for (unsigned round = 1; (round < rounds || reads < 30) && !done; ++round) storage.write("x", value(round));
      return;
    }
    for (std::size_t at = i; !done; at += 7, ++reads) expectOneVersion(storage, at * 100'003 % (kLarge / 2));
  });
}

}  // namespace

Group rangeCases() {
  return {'L',
          "ranges: a part of an object",
          {
              {"L01", "read: ranges give just those bytes, clipped at the end", ranges},
              {"L02", "read: from the end on is empty, behind it RangeNotSatisfied", behindTheEnd},
              {"L03", "read: a range of length 0 is empty", nothingWanted},
              {"L12", "read: ranges over a large object that was written and appended to", largeRanges},
              {"L13", "read: a range says what stat says of the whole object", rangeSaysStat},
              {"L14", "read: ranges of a 4 MiB value under replacement are of one version", rangesMeanwhile},
          }};
}

}  // namespace tally::conformance
