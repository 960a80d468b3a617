#include "local/root/keys.hpp"

#include <algorithm>
#include <climits>

#include "local/root/root.hpp"
#include "tally/path.hpp"

namespace tally::local {
namespace {

constexpr std::string_view kReservedInside = "/.tally~";

}  // namespace

bool isReserved(std::string_view key) {
  return key.substr(0, kReservedPrefix.size()) == kReservedPrefix || key.find(kReservedInside) != key.npos;
}

void checkLengths(std::string_view key) {
  for (std::size_t end = 0; end != key.npos; key.remove_prefix(end == key.npos ? 0 : end + 1)) {
    end = key.find('/');
    if (std::min(end, key.size()) <= NAME_MAX) continue;
    throw Error(ErrorCode::InvalidArgument, "a segment of the key is longer than 255 bytes, the limit of file names");
  }
}

void checkKey(std::string_view key) {
  path::check(key);
  if (key.size() > NAME_MAX) checkLengths(key);
  if (!isReserved(key)) return;
  throw Error(ErrorCode::InvalidArgument, "names that begin with '.tally~' are the storage's own; choose another");
}

}  // namespace tally::local
