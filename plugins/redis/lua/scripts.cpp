#include "redis/lua/scripts.hpp"

#include <nettle/base16.h>
#include <nettle/sha1.h>

#include <array>
#include <cstdint>

#include "redis/lua/sources.hpp"

namespace tally::redis {
namespace {

std::string sha1(std::string_view text) {
  sha1_ctx state;
  sha1_init(&state);
  sha1_update(&state, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
  std::array<std::uint8_t, SHA1_DIGEST_SIZE> digest{};
  sha1_digest(&state, digest.size(), digest.data());
  std::string digits(BASE16_ENCODE_LENGTH(SHA1_DIGEST_SIZE), '\0');
  base16_encode_update(digits.data(), digest.size(), digest.data());
  return digits;
}

}  // namespace

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
