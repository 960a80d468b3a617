// Group A: what is written is what is read, for every content.
#include "groups.hpp"
#include "tally/conformance/expect.hpp"

namespace tally::conformance {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

void roundTrip(Context& context, std::string_view key, std::string_view content) {
  context.storage().write(key, content);
  expectContent(context.storage(), key, content);
}

void roundTripSizes(Context& context, std::initializer_list<std::size_t> sizes) {
  for (const auto size : sizes) roundTrip(context, "size-" + std::to_string(size), context.bytes(size));
}

// (bug 23) What is missing was read as empty.
void emptyContent(Context& context) { roundTrip(context, "empty", ""); }
void oneByte(Context& context) { roundTrip(context, "one", "x"); }

void everyByte(Context& context) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  roundTrip(context, "bytes", all);
}

// (bug 29) Bytes that are no text were changed.
void invalidUtf8(Context& context) { roundTrip(context, "not-text", "\xff\xfe\x41\x80"); }
void pageSizes(Context& context) { roundTripSizes(context, {4095, 4096, 4097, 65535, 65536}); }
// (bug 40) No value could be larger than one record, 1 MiB.
void mebibyteSizes(Context& context) { roundTripSizes(context, {kMiB - 1, kMiB, kMiB + 1, kMiB + 9}); }
void largeSizes(Context& context) { roundTripSizes(context, {8 * kMiB, 64 * kMiB}); }

// (bug 47) A byte order mark was taken away from each record.
void lineEnds(Context& context) {
  roundTrip(context, "crlf", "one\r\ntwo\rthree\n\rfour");
  roundTrip(context, "bom", "\xef\xbb\xbf{\"a\":1}");
  roundTrip(context, "separators",
            "a\xe2\x80\xa8"
            "b\xe2\x80\xa9"
            "c\xc2\x85"
            "d");
}

void lineFeedsOnly(Context& context) {
  for (const auto* content : {"\n", "\n\n", "a\n\n", "\n\na", " \n "}) roundTrip(context, "feeds", content);
}

void shortOverLong(Context& context) {
  roundTrip(context, "key", context.bytes(100 * kKiB));
  roundTrip(context, "key", "short");
}

void emptyOverFull(Context& context) {
  roundTrip(context, "key", "something");
  roundTrip(context, "key", "");
  expectListing(context.storage(), "", {"key"});
}

// (bug 33) A write was added behind the old value.
void sameTwice(Context& context) {
  roundTrip(context, "key", "once");
  roundTrip(context, "key", "once");
}

void expectSameStat(const StorageStat& found, const StorageStat& expected, const std::string& what) {
  expectEqual("directory flag of " + what, found.is_directory, expected.is_directory);
  expect(found.size == expected.size, what + ": the size differs");
  expect(found.modified == expected.modified, what + ": the modification time differs");
  expect(found.version == expected.version, what + ": the version differs");
}

void readChangesNothing(Context& context) {
  auto& storage = context.storage();
  const std::string content = context.bytes(10 * kKiB);
  storage.write("key", content);
  const auto before = storage.stat("key");
  expect(before.has_value(), "stat of 'key': found nothing right after a write");
  for (int i = 0; i < 2; ++i) {
    std::string bytes;
    StorageStat during;
    {
      StringSink sink(bytes);
      during = storage.read("key", {}, sink, {});
    }
    expectBytes("read number " + std::to_string(i + 1), bytes, content);
    expectSameStat(during, *before, "what read says of 'key', beside what stat said");
    expectSameStat(*storage.stat("key"), *before, "stat of 'key' after a read");
  }
}

void lookalikes(Context& context) {
  // What backends put around values themselves: field names, frames, protocol lines, commit marks.
  const std::string table[] = {
      "content",
      "data",
      "*2\r\n$7\r\ncontent\r\n$1\r\nx\r\n",
      "$-1\r\n",
      "-ERR x\r\n",
      "+OK\r\n",
      "(nil)",
      "null",
      std::string("\0\0\0\1\0\0\0\0", 8),
      std::string(64, '\0'),
      "\x89tally\r\n",
      "trim",
      "fence",
      "COMMIT\n",
      "{\"records\":[{\"body\":\"x\"}]}",
      "0-1",
  };
  int number = 0;
  for (const auto& content : table) roundTrip(context, "lookalike-" + std::to_string(number++), content);
  for (const auto& content : table) roundTrip(context, "lookalike", content);
}

void parents(Context& context) {
  roundTrip(context, "a/b/c/file", "x");
  auto& storage = context.storage();
  for (const auto* directory : {"a", "a/b", "a/b/c"}) expectDirectory(storage, directory);
  expectListing(storage, "", {"a/"});
  expectListing(storage, "a", {"b/"});
  expectListing(storage, "a/b/c", {"file"});
}

void sourceReused(Context& context) {
  auto& storage = context.storage();
  std::string buffer(4 * kKiB, 'a');
  storage.write("written", buffer);
  storage.append("appended", buffer);
  buffer.assign(buffer.size(), 'b');
  expectContent(storage, "written", std::string(buffer.size(), 'a'));
  expectContent(storage, "appended", std::string(buffer.size(), 'a'));
}

}  // namespace

Group valuesCases() {
  return {'A',
          "values: what is written is what is read",
          {
              {"A01", "write: empty content is an object of no bytes, not a missing one", emptyContent},
              {"A02", "write: one byte", oneByte},
              {"A03", "write: all 256 byte values", everyByte},
              {"A04", "write: bytes that are no UTF-8", invalidUtf8},
              {"A05", "write: sizes around 4 KiB and 64 KiB", pageSizes},
              {"A06", "write: sizes around 1 MiB", mebibyteSizes},
              {"A07", "write: 8 MiB and 64 MiB", largeSizes, {}, Pace::Slow, 120},
              {"A08", "write: CRLF, lone CR, byte order mark, line separators stay as they are", lineEnds},
              {"A09", "write: contents of line feeds only", lineFeedsOnly},
              {"A10", "write: a short value leaves no tail of the long one", shortOverLong},
              {"A11", "write: an empty value over a full one", emptyOverFull},
              {"A12", "write: the same value twice is one copy", sameTwice},
              {"A13", "read: changes nothing and says what stat says", readChangesNothing},
              {"A14", "write: contents that look like a backend's own framing", lookalikes},
              {"A15", "write: creates missing parents, which list as directories", parents},
              {"A16", "write: the caller's buffer is free after the call", sourceReused},
          }};
}

}  // namespace tally::conformance
