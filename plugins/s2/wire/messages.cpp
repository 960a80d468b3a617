#include "s2/wire/messages.hpp"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "tally/error.hpp"

namespace tally::s2 {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;
using protozero::tag_and_type;

// Field numbers of Position, Header, AppendRecord, AppendInput, AppendAck, SequencedRecord and ReadBatch.
constexpr std::uint32_t kSeqNum = 1, kTimestamp = 2;
constexpr std::uint32_t kName = 1, kValue = 2;
constexpr std::uint32_t kHeaders = 2, kBody = 3;
constexpr std::uint32_t kRecords = 1, kMatchSeqNum = 2, kFencingToken = 3;
constexpr std::uint32_t kStart = 1, kEnd = 2, kTail = 3;
constexpr std::uint32_t kRecordSeqNum = 1, kRecordTimestamp = 2, kRecordHeaders = 3, kRecordBody = 4;
constexpr std::uint32_t kBatchRecords = 1, kBatchTail = 2;

std::string_view viewOf(protozero::data_view view) { return {view.data(), view.size()}; }

template <typename Decode>
auto guarded(const char* what, Decode&& decode) {
  try {
    return decode();
  } catch (const protozero::exception& error) {
    throw Error(ErrorCode::Unavailable, std::string("the answer is no ") + what + " (" + error.what() +
                                            "); look for a proxy between here and the service")
        .retryable(true);
  }
}

std::size_t varintSize(std::size_t number) {
  std::size_t size = 1;
  while ((number >>= 7U) != 0) ++size;
  return size;
}

/// Bytes of a length-delimited field with a one-byte tag.
std::size_t fieldSize(std::size_t content) { return 1 + varintSize(content) + content; }

std::size_t encodedSize(const Header& header) {
  return (header.name.empty() ? 0 : fieldSize(header.name.size())) + fieldSize(header.value.size());
}

std::size_t encodedSize(const NewRecord& record) {
  std::size_t size = record.bytes().empty() ? 0 : fieldSize(record.bytes().size());
  for (const auto& header : record.headers) size += fieldSize(encodedSize(header));
  return size;
}

void add(std::string& out, std::uint32_t field, std::string_view content) {
  pbf_writer(out).add_bytes(field, content.data(), content.size());
}

/// Tag and length of a field whose content follows. Known beforehand, so that nothing has to be moved.
void open(std::string& out, std::uint32_t field, std::size_t size) {
  out.push_back(static_cast<char>(field << 3U | static_cast<std::uint32_t>(pbf_wire_type::length_delimited)));
  protozero::write_varint(std::back_inserter(out), size);
}

void add(std::string& out, const NewRecord& record) {
  open(out, kRecords, encodedSize(record));
  for (const auto& header : record.headers) {
    open(out, kHeaders, encodedSize(header));
    if (!header.name.empty()) add(out, kName, header.name);  // empty is the default
    add(out, kValue, header.value);
  }
  if (!record.bytes().empty()) add(out, kBody, record.bytes());
}

Position readPosition(pbf_reader message) {
  Position position;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(kSeqNum, pbf_wire_type::varint): position.seq_num = message.get_uint64(); break;
      case tag_and_type(kTimestamp, pbf_wire_type::varint): position.timestamp = message.get_uint64(); break;
      default: message.skip();
    }
  }
  return position;
}

struct HeaderView {
  std::string_view name, value;
};

HeaderView readHeader(pbf_reader message) {
  HeaderView header;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(kName, pbf_wire_type::length_delimited): header.name = viewOf(message.get_view()); break;
      case tag_and_type(kValue, pbf_wire_type::length_delimited): header.value = viewOf(message.get_view()); break;
      default: message.skip();
    }
  }
  return header;
}

void take(const HeaderView& header, RecordView& record) {
  if (header.name.empty()) {
    record.is_command = true;
    record.command = header.value;
  }
  if (header.name == kKindHeader) record.kind = header.value;
  if (header.name == kBatchHeader) record.batch = header.value;
  if (header.name == kTokenHeader) record.token = header.value;
}

RecordView readRecord(pbf_reader message) {
  RecordView record;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case tag_and_type(kRecordSeqNum, pbf_wire_type::varint): record.seq_num = message.get_uint64(); break;
      case tag_and_type(kRecordTimestamp, pbf_wire_type::varint): record.timestamp = message.get_uint64(); break;
      case tag_and_type(kRecordHeaders, pbf_wire_type::length_delimited):
        take(readHeader(message.get_message()), record);
        break;
      case tag_and_type(kRecordBody, pbf_wire_type::length_delimited): record.body = viewOf(message.get_view()); break;
      default: message.skip();
    }
  }
  return record;
}

}  // namespace

std::string encode(const AppendInput& input) {
  std::string out;
  std::size_t size = 64;
  for (const auto& record : input.records) size += fieldSize(encodedSize(record));
  out.reserve(size);
  for (const auto& record : input.records) add(out, record);
  if (input.match_seq_num) pbf_writer(out).add_uint64(kMatchSeqNum, *input.match_seq_num);
  if (input.fencing_token) add(out, kFencingToken, *input.fencing_token);
  return out;
}

std::string encodeBatch(const std::vector<BatchRecord>& records, std::optional<Position> tail) {
  std::string out;
  pbf_writer batch(out);
  for (const auto& record : records) {
    pbf_writer message(batch, kBatchRecords);
    message.add_uint64(kRecordSeqNum, record.place.seq_num);
    message.add_uint64(kRecordTimestamp, record.place.timestamp);
    for (const auto& [name, value] : record.headers) {
      pbf_writer header(message, kRecordHeaders);
      header.add_bytes(kName, name);
      header.add_bytes(kValue, value);
    }
    message.add_bytes(kRecordBody, record.body);
  }
  if (tail) {
    pbf_writer message(batch, kBatchTail);
    message.add_uint64(kSeqNum, tail->seq_num);
    message.add_uint64(kTimestamp, tail->timestamp);
  }
  return out;
}

AppendAck decodeAck(std::string_view bytes) {
  return guarded("acknowledgement", [&] {
    AppendAck ack;
    bool has_end = false;
    pbf_reader message(bytes.data(), bytes.size());
    while (message.next()) {
      switch (message.tag_and_type()) {
        case tag_and_type(kStart, pbf_wire_type::length_delimited):
          ack.start = readPosition(message.get_message());
          break;
        case tag_and_type(kEnd, pbf_wire_type::length_delimited):
          ack.end = readPosition(message.get_message());
          has_end = true;
          break;
        case tag_and_type(kTail, pbf_wire_type::length_delimited):
          ack.tail = readPosition(message.get_message());
          break;
        default: message.skip();
      }
    }
    if (!has_end || ack.end.seq_num <= ack.start.seq_num) throw protozero::exception();
    return ack;
  });
}

std::optional<Position> decodeBatch(std::string_view bytes, const std::function<void(const RecordView&)>& take) {
  return guarded("batch of records", [&] {
    std::optional<Position> tail;
    pbf_reader message(bytes.data(), bytes.size());
    while (message.next()) {
      switch (message.tag_and_type()) {
        case tag_and_type(kBatchRecords, pbf_wire_type::length_delimited):
          take(readRecord(message.get_message()));
          break;
        case tag_and_type(kBatchTail, pbf_wire_type::length_delimited):
          tail = readPosition(message.get_message());
          break;
        default: message.skip();
      }
    }
    return tail;
  });
}

}  // namespace tally::s2
