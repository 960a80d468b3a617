// Bytes on the wire: protobuf messages, session frames, refusals.

#include <random>

#include "s2/wire/compression.hpp"
#include "s2/wire/events.hpp"
#include "s2/wire/frames.hpp"
#include "s2/wire/messages.hpp"
#include "s2/wire/service_error.hpp"
#include "support/doctest.hpp"

using namespace tally::s2;
using tally::ErrorCode;
using tally::test::codeOf;

namespace {

std::string fromHex(std::string_view hex) {
  std::string bytes, digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

/// A ReadBatch of one record, by hand.
const std::string kBatch =
    fromHex("0A 14 08 05 10 07 1A 07 0A 02 66 78 12 01 63 22 01 78 2A 02 00 00 12 04 08 06 10 07");

std::vector<Frame> framesOf(std::string_view bytes, std::size_t step) {
  std::vector<Frame> frames;
  FrameReader reader;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.push(bytes.substr(at, step), [&](Frame&& frame) { frames.push_back(std::move(frame)); });
  }
  CHECK(reader.atBoundary());
  return frames;
}

}  // namespace

TEST_CASE("messages: a batch is written byte for byte as the protocol says") {
  AppendInput input;
  input.records.push_back(trimRecord(kTrimAll));
  input.records.push_back(lineRecord("{\"a\":1}"));
  input.match_seq_num = 0;
  CHECK(encode(input) == fromHex("0A 12 12 06 12 04 74 72 69 6D 1A 08 00 1F FF FF FF FF FF FF"
                                 "0A 09 1A 07 7B 22 61 22 3A 31 7D 10 00"));
  AppendInput chunk;
  chunk.records.push_back(chunkRecord("x"));
  CHECK(encode(chunk) == fromHex("0A 0C 12 07 0A 02 66 78 12 01 63 1A 01 78"));
}

TEST_CASE("messages: an acknowledgement, with numbers that are absent because they are 0") {
  const AppendAck ack = decodeAck(fromHex("0A 02 10 05 12 04 08 02 10 05 1A 04 08 03 10 05"));
  CHECK(ack.start.seq_num == 0);
  CHECK(ack.end.seq_num == 2);
  CHECK(ack.end.timestamp == 5);
  CHECK(ack.tail.seq_num == 3);
  for (const auto* bad : {"", "0A 02 10", "FF FF FF", "3C 68 74 6D 6C 3E", "12 00"}) {
    CAPTURE(bad);
    CHECK(codeOf([&] { decodeAck(fromHex(bad)); }) == ErrorCode::Unavailable);
  }
}

TEST_CASE("messages: a batch of records, unknown fields passed over") {
  std::vector<RecordView> records;
  const auto tail = decodeBatch(kBatch, [&](const RecordView& record) { records.push_back(record); });
  REQUIRE(records.size() == 1);
  CHECK(records[0].seq_num == 5);
  CHECK(records[0].timestamp == 7);
  CHECK(records[0].kind == "c");
  CHECK(records[0].body == "x");
  REQUIRE(tail.has_value());
  CHECK(tail->seq_num == 6);
}

TEST_CASE("messages: damaged bytes are an error or a batch, never a crash") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = kBatch;
    for (auto left = 1 + random() % 3; left != 0; --left) bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    try {
      decodeBatch(bytes, [](const RecordView&) {});
      decodeAck(bytes);
    } catch (const tally::Error& error) {
      REQUIRE(error.code() == ErrorCode::Unavailable);
    }
  }
}

TEST_CASE("frames: come back whole however they are cut") {
  std::string bytes;
  for (const auto size : {0U, 1U, 5U, 1000U, 70'000U}) bytes += encodeFrame(std::string(size, static_cast<char>(size)));
  for (const std::size_t step : {1U, 2U, 3U, 7U, 4096U, 1'000'000U}) {
    CAPTURE(step);
    const auto frames = framesOf(bytes, step);
    REQUIRE(frames.size() == 5);
    CHECK(frames[3].payload.size() == 1000);
    CHECK_FALSE(frames[4].is_error);
  }
  CHECK(codeOf([] { encodeFrame(std::string(kMaxFrameBytes, 'x')); }) == ErrorCode::InvalidArgument);
}

TEST_CASE("frames: an error frame has a status and ends the session") {
  const std::string error = fromHex("00 00 05 80 01 9C 7B 7D");
  const auto frames = framesOf(error, 2);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].is_error);
  CHECK(frames[0].status == 412);
  CHECK(frames[0].payload == "{}");
  FrameReader reader;
  CHECK(codeOf([&] { reader.push(error + "x", [](Frame&&) {}); }) == ErrorCode::Unavailable);
}

TEST_CASE("frames: what is none is refused") {
  for (const auto* bad :
       {"00 00 00 00", "20 00 01 00", "FF FF FF 00", "00 00 02 20 41", "00 00 02 01 41", "00 00 02 80 41"}) {
    CAPTURE(bad);
    FrameReader reader;
    CHECK(codeOf([&] { reader.push(fromHex(bad), [](Frame&&) {}); }) == ErrorCode::Unavailable);
  }
  FrameReader cut;
  cut.push(fromHex("00 00 05 00 41"), [](Frame&&) { FAIL("not whole yet"); });
  CHECK_FALSE(cut.atBoundary());
}

TEST_CASE("refusals: what the service says becomes a code, and whether to try again") {
  const struct {
    int status;
    const char* body;
    ErrorCode code;
    bool retry, no_effect;
  } table[] = {
      {401, R"({"code":"authn","message":"bad token"})", ErrorCode::Unauthenticated, false, true},
      {403, R"({"code":"permission_denied","message":""})", ErrorCode::PermissionDenied, false, true},
      {403, R"({"code":"quota_exhausted","message":""})", ErrorCode::Exhausted, false, true},
      {404, R"({"code":"basin_not_found","message":""})", ErrorCode::InvalidConfig, false, true},
      {409, R"({"code":"basin_deletion_pending","message":""})", ErrorCode::Unavailable, false, true},
      {404, R"({"code":"stream_not_found","message":""})", ErrorCode::NotFound, false, true},
      {408, R"({"code":"request_timeout","message":""})", ErrorCode::Unavailable, true, false},
      {409, R"({"code":"transaction_conflict","message":""})", ErrorCode::Unavailable, true, true},
      {409, R"({"code":"stream_deletion_pending","message":""})", ErrorCode::Unavailable, true, true},
      {412, R"({"seq_num_mismatch":4})", ErrorCode::Conflict, false, true},
      {429, R"({"code":"rate_limited","message":""})", ErrorCode::Exhausted, true, true},
      {429, "slow down", ErrorCode::Exhausted, true, false},
      {500, R"({"code":"storage","message":""})", ErrorCode::Unavailable, true, false},
      {502, R"({"code":"hot_server","message":""})", ErrorCode::Unavailable, true, true},
      {502, "<html>bad gateway</html>", ErrorCode::Unavailable, true, false},
      {503, R"({"code":"unavailable","message":""})", ErrorCode::Unavailable, true, false},
      {504, "", ErrorCode::Unavailable, true, false},
      {599, "", ErrorCode::Unavailable, false, false},
      {302, "", ErrorCode::Internal, false, false},
  };
  for (const auto& row : table) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    const Refusal refusal = parseRefusal(row.status, row.body);
    CHECK(refusalError(refusal, {"can't append", "append"}).code() == row.code);
    CHECK(mayRetry(refusal) == row.retry);
    CHECK(hadNoEffect(refusal) == row.no_effect);
  }
}

TEST_CASE("refusals: numbers, and what a token lacks, are told") {
  CHECK(parseRefusal(412, R"({"seq_num_mismatch":4})").next_seq_num == 4);
  CHECK(isSequenceMismatch(parseRefusal(412, R"({"seq_num_mismatch":0})")));
  CHECK_FALSE(isSequenceMismatch(parseRefusal(412, R"({"fencing_token_mismatch":""})")));
  CHECK(parseRefusal(416, R"({"tail":{"seq_num":3,"timestamp":9}})").tail == 3);
  const auto refused = parseRefusal(403, R"({"code":"permission_denied","message":"no"})");
  const std::string text = refusalError(refused, {"can't append", "append, trim"}).what();
  CHECK(text.find("append, trim") != std::string::npos);
}

TEST_CASE("frames: large messages are compressed where that is asked for, and read whatever compressed them") {
  const std::string large(100'000, 'x'), small = "small";
  const std::string frame = encodeFrame(large, true);
  CHECK(frame.size() < 1000);
  CHECK(frame[3] == 0x20);
  REQUIRE(framesOf(frame, 7).size() == 1);
  CHECK(framesOf(frame, 7)[0].payload == large);
  CHECK(encodeFrame(small, true) == encodeFrame(small));
  CHECK(encodeFrame(large).size() == large.size() + kFrameHead);
  // "hello" by the gzip program.
  const std::string gzip = fromHex("1F 8B 08 00 00 00 00 00 00 03 CB 48 CD C9 C9 07 00 86 A6 10 36 05 00 00 00");
  const std::string head = {0, 0, static_cast<char>(gzip.size() + 1), 0x40};
  REQUIRE(framesOf(head + gzip, 5).size() == 1);
  CHECK(framesOf(head + gzip, 5)[0].payload == "hello");
}

namespace {

/// The events of a text that comes `step` bytes at a time.
std::vector<Frame> eventsOf(std::string_view text, std::size_t step) {
  std::vector<Frame> frames;
  EventReader reader;
  for (std::size_t at = 0; at < text.size(); at += step) {
    reader.push(text.substr(at, step), [&](Frame&& frame) { frames.push_back(std::move(frame)); });
  }
  CHECK(reader.atBoundary());
  return frames;
}

}  // namespace

TEST_CASE("events: batches, pings and errors become what frames would have been, however they are cut") {
  const std::string text =
      ": a comment\n"
      "event: batch\r\nid: 4,2,9\r\n"
      "data: "
      "{\"records\":[{\"seq_num\":3,\"timestamp\":17,\"headers\":[[\"\",\"dHJpbQ==\"]],\"body\":\"AAAAAAAAAAU=\"},\r\n"
      "data: {\"seq_num\":4,\"timestamp\":18,\"headers\":[[\"Zng=\",\"Yw==\"]],\"body\":\"aGVsbG8=\"},"
      "{\"seq_num\":5,\"timestamp\":19}],\"tail\":{\"seq_num\":6,\"timestamp\":19}}\r\n\r\n"
      "event: ping\ndata: {\"timestamp\":20,\"tail\":{\"seq_num\":6,\"timestamp\":19}}\n\n"
      "event: of a later version\ndata: {}\n\n"
      "event: error\ndata: {\"code\":\"unavailable\",\"message\":\"going\"}\n\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, text.size()}) {
    const auto frames = eventsOf(text, step);
    REQUIRE(frames.size() == 3);
    std::vector<RecordView> records;
    const auto tail = decodeBatch(frames[0].payload, [&](const RecordView& record) { records.push_back(record); });
    REQUIRE(records.size() == 3);
    CHECK(records[0].is_command);
    CHECK(records[0].command == kTrimCommand);
    CHECK(trimNumber(records[0].body) == 5);
    CHECK(records[1].seq_num == 4);
    CHECK(records[1].timestamp == 18);
    CHECK(records[1].kind == "c");
    CHECK(records[1].body == "hello");
    CHECK(records[2].body.empty());
    CHECK(tail->seq_num == 6);
    CHECK(decodeBatch(frames[1].payload, [](const RecordView&) { FAIL("a ping has no records"); })->timestamp == 19);
    CHECK(frames[2].is_error);
    CHECK(parseRefusal(frames[2].status, frames[2].payload).code == "unavailable");
  }
  CHECK(eventsOf("data: [DONE]\n\n", 3).empty());
}

TEST_CASE("events: what is none is Unavailable, and said to be none") {
  for (const std::string text :
       {"event: batch\ndata: {\"records\":[{}]}\n\n", "event: batch\ndata: no JSON\n\n",
        "event: batch\ndata: {\"records\":[{\"seq_num\":1,\"timestamp\":1,\"body\":\"a\"}]}\n\n",
        "event: batch\ndata: {\"records\":[{\"seq_num\":1,\"timestamp\":1,\"body\":\"a*==\"}]}\n\n",
        "event: batch\ndata: {\"records\":[{\"seq_num\":1,\"timestamp\":1,\"body\":\"YQ=a\"}]}\n\n",
        "data: [DONE]\n\nmore", "event: error\ndata: {}\n\nmore"}) {
    CAPTURE(text);
    CHECK(codeOf([&] { eventsOf(text, text.size()); }) == ErrorCode::Unavailable);
  }
  EventReader endless;
  const std::string much(1024 * 1024, 'x');
  CHECK(codeOf([&] {
          for (int i = 0; i < 5; ++i) endless.push(much, [](Frame&&) {});
        }) == ErrorCode::Unavailable);
}

TEST_CASE("compression: what is damaged, cut or too large is refused") {
  std::mt19937 random(3);
  std::string content(50'000, ' ');
  for (auto& c : content) c = static_cast<char>('a' + random() % 4);
  const std::string small = compressed(content);
  CHECK(decompressed(Compression::Zstd, small, content.size()) == content);
  CHECK(decompressed(Compression::None, small, small.size()) == small);
  const auto refused = [&](Compression how, std::string_view bytes, std::size_t limit) {
    return codeOf([&] { static_cast<void>(decompressed(how, bytes, limit)); }) == ErrorCode::Unavailable;
  };
  CHECK(refused(Compression::Zstd, small, content.size() - 1));
  CHECK(refused(Compression::Zstd, std::string_view(small).substr(0, small.size() / 2), content.size()));
  CHECK(refused(Compression::Zstd, "", 10));
  CHECK(refused(Compression::Zstd, content, content.size()));
  CHECK(refused(Compression::Gzip, content, content.size()));
  CHECK(refused(Compression::Gzip, "", 10));
  const std::string bomb = compressed(std::string(100'000'000, '\0'));
  CHECK(refused(Compression::Zstd, bomb, 1'000'000));
}
