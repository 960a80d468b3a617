#include "s2/records/record.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "tally/error.hpp"

namespace tally::s2 {
namespace {

std::string bigEndian(std::uint64_t number, std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = bytes; i-- > 0; number >>= 8U) text[i] = static_cast<char>(number & 0xFFU);
  return text;
}

std::uint64_t bigEndian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

NewRecord withKind(std::string value, std::string_view body) {
  NewRecord record;
  record.headers.push_back({kKindHeader, std::move(value)});
  record.body = body;
  return record;
}

NewRecord ofTransaction(char kind, const TransactionId& id, const std::string& number, std::string_view body) {
  std::string value(1, kind);
  value.append(viewOf(id)).append(number);
  return withKind(std::move(value), body);
}

Kind ofTransaction(Kind::What what, std::string_view rest, std::size_t number_bytes) {
  Kind kind;
  if (rest.size() != kind.transaction.size() + number_bytes) {
    kind.what = Kind::What::Unknown;
    return kind;
  }
  kind.what = what;
  std::copy_n(rest.begin(), kind.transaction.size(), kind.transaction.begin());
  kind.number = bigEndian(rest.substr(kind.transaction.size()));
  return kind;
}

Kind plain(Kind::What what) {
  Kind kind;
  kind.what = what;
  return kind;
}

}  // namespace

std::size_t meteredSize(const NewRecord& record) noexcept {
  std::size_t size = 8 + record.bytes().size();
  for (const auto& header : record.headers) size += 2 + header.name.size() + header.value.size();
  return size;
}

Kind parseKind(std::string_view value) noexcept {
  if (value.empty()) return plain(Kind::What::Line);
  const std::string_view rest = value.substr(1);
  switch (value[0]) {
    case 'c': return plain(rest.empty() ? Kind::What::Chunk : Kind::What::Unknown);
    case 's': return ofTransaction(Kind::What::StagedLine, rest, 4);
    case 'S': return ofTransaction(Kind::What::StagedChunk, rest, 4);
    case 'k': return ofTransaction(Kind::What::Commit, rest, 8);
    case 'a': return ofTransaction(Kind::What::Joining, rest, 8);
    default: return plain(Kind::What::Unknown);
  }
}

NewRecord lineRecord(std::string_view line) {
  NewRecord record;
  record.body = line;
  return record;
}

NewRecord chunkRecord(std::string_view bytes) { return withKind("c", bytes); }

NewRecord stagedChunk(const TransactionId& transaction, std::uint32_t index, std::string_view bytes) {
  return ofTransaction('S', transaction, bigEndian(index, 4), bytes);
}

NewRecord commitRecord(const TransactionId& transaction, std::uint64_t first) {
  return ofTransaction('k', transaction, bigEndian(first, 8), {});
}

NewRecord joiningRecord(const TransactionId& transaction, std::uint64_t first) {
  return ofTransaction('a', transaction, bigEndian(first, 8), {});
}

NewRecord trimRecord(std::uint64_t keep_from) {
  NewRecord record;
  record.headers.push_back({{}, std::string(kTrimCommand)});
  record.own_body = bigEndian(keep_from, 8);
  return record;
}

std::optional<std::uint64_t> trimNumber(std::string_view body) noexcept {
  if (body.size() != 8) return std::nullopt;
  return bigEndian(body);
}

TransactionId randomId() {
  // Not a generator with a state: a forked process would go on with the same numbers. And not std::random_device, whose
  // constructor asks the processor what it is: in a virtual machine that takes longer than the rest of an append.
  TransactionId id;
  if (::getrandom(id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    throw Error(ErrorCode::Internal, std::string("the kernel gives no random bytes: ") + std::strerror(errno));
  }
  return id;
}

}  // namespace tally::s2
