#include "local/abilities/follow_place.hpp"

#include <array>
#include <charconv>
#include <iterator>

#include "local/journal/key_hash.hpp"
#include "tally/error.hpp"

namespace tally::local {
namespace {

constexpr std::string_view kPrefix = "local1";

void addNumber(std::string& text, std::uint64_t number) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
  text.append(1, '-').append(digits.begin(), end);
}

// The number behind the next dash; false when there is none.
bool takeNumber(std::string_view& text, std::uint64_t& number) {
  if (text.empty() || text.front() != '-') return false;
  const auto read = std::from_chars(text.data() + 1, text.data() + text.size(), number, 16);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return read.ec == std::errc();
}

}  // namespace

std::string cursorOf(std::string_view key, const FollowPlace& place) {
  std::string text(kPrefix);
  for (const auto number : {hashOf(key), place.file.inode, place.file.birth, place.offset}) addNumber(text, number);
  return text;
}

FollowPlace placeOf(std::string_view key, std::string_view cursor) {
  FollowPlace place;
  std::uint64_t hash = 0;
  std::string_view rest = cursor.substr(0, kPrefix.size()) == kPrefix ? cursor.substr(kPrefix.size()) : "";
  const bool whole = takeNumber(rest, hash) && takeNumber(rest, place.file.inode) &&
                     takeNumber(rest, place.file.birth) && takeNumber(rest, place.offset) && rest.empty();
  if (!whole) throw Error(ErrorCode::InvalidArgument, "not a cursor of a local store; follow from the start instead");
  if (hash != hashOf(key)) throw Error(ErrorCode::InvalidArgument, "this is the cursor of another key");
  return place;
}

}  // namespace tally::local
