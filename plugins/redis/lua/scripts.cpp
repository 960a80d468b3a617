#include "redis/lua/scripts.hpp"

#include "redis/lua/sha1.hpp"
#include "redis/lua/sources.hpp"

namespace tally::redis {

Script::Script(std::initializer_list<std::string_view> parts) {
  for (const auto part : parts) source_.append(part) += '\n';
  digest_ = sha1(source_);
}

const Scripts& Scripts::all() {
  using namespace lua;
  static const Scripts kScripts{
      {kEntries, kIndex, kWrite},
      {kEntries, kIndex, kTokens, kAppend},
      {kEntries, kIndex, kRange},
      {kEntries, kIndex, kRemove},
      {kEntries, kDrop},
      {kTokens, kNote},
      {kIndex, kClaim},
      {kIndex, kConfirm},
      {kIndex, kDoubt},
      {kIndex, kSettle},
      {kIndex, kLink},
      {kIndex, kUnlink},
  };
  return kScripts;
}

}  // namespace tally::redis
