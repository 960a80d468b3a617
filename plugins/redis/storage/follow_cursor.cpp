#include "redis/storage/follow_cursor.hpp"

#include <vector>

#include "redis/wire/numbers.hpp"
#include "tally/error.hpp"

namespace tally::redis {
namespace {

constexpr std::string_view kForm = "r1";

// FNV-1a: a cursor of another object is found out, nothing more.
std::string checkOf(std::string_view key) {
  std::uint32_t hash = 2166136261U;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return std::to_string(hash);
}

std::vector<std::string_view> partsOf(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != text.npos; text.remove_prefix(end + 1)) {
    end = text.find('.');
    parts.push_back(text.substr(0, end));
    if (end == text.npos) break;
  }
  return parts;
}

bool isId(std::string_view text) {
  std::uint64_t number = 0;
  const std::size_t dash = text.find('-');
  return dash != text.npos && parseNumber(text.substr(0, dash), number) && parseNumber(text.substr(dash + 1), number);
}

}  // namespace

std::string FollowCursor::text(std::string_view key) const {
  std::string text(kForm);
  for (const auto& part :
       {checkOf(key), id, std::to_string(offset), std::to_string(within), std::string(open_line ? "1" : "0"), life}) {
    text.append(".").append(part);
  }
  return text;
}

FollowCursor parseFollowCursor(std::string_view text, std::string_view key) {
  const auto parts = partsOf(text);
  FollowCursor cursor;
  if (parts.size() == 7 && parts[0] == kForm && isId(parts[2]) && parseNumber(parts[3], cursor.offset) &&
      parseNumber(parts[4], cursor.within) && (parts[5] == "0" || parts[5] == "1")) {
    if (parts[1] != checkOf(key)) throw Error(ErrorCode::InvalidArgument, "the cursor belongs to another object");
    cursor.id = parts[2];
    cursor.open_line = parts[5] == "1";
    cursor.life = parts[6];
    return cursor;
  }
  throw Error(ErrorCode::InvalidArgument, "this is no cursor of the redis backend");
}

}  // namespace tally::redis
