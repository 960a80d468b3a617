#include "s2/records/fence.hpp"

namespace tally::s2 {
namespace {

constexpr char kMark = '~';  // between the owner's name and what makes the token a single one
constexpr std::size_t kUniqueBytes = 12;
constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";

}  // namespace

std::string tokenOf(std::string_view owner) {
  std::string token(owner.substr(0, kMaxTokenBytes - 1 - kUniqueBytes));
  token += kMark;
  const TransactionId first = randomId(), second = randomId();
  for (std::size_t i = 0; i < kUniqueBytes; ++i) {
    const char random = i < first.size() ? first[i] : second[i - first.size()];
    token += kDigits[static_cast<unsigned char>(random) % kDigits.size()];
  }
  return token;
}

std::string_view ownerOf(std::string_view token) noexcept {
  if (token.size() <= kUniqueBytes || token[token.size() - kUniqueBytes - 1] != kMark) return token;
  return token.substr(0, token.size() - kUniqueBytes - 1);
}

NewRecord fenceRecord(std::string_view token) {
  NewRecord record;
  record.headers.push_back({"", std::string(kFenceCommand)});
  record.own_body = token;
  return record;
}

}  // namespace tally::s2
