#include "plugins/file/file_hash.hpp"

#include <nettle/sha2.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tally/error.hpp"

namespace tally::plugins {

std::string sha256(int descriptor) {
  sha256_ctx state;
  sha256_init(&state);
  std::array<std::uint8_t, 65536> block{};
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(descriptor, block.data(), block.size(), at);
    if (got < 0) throw Error(ErrorCode::PluginHashMismatch, "the file can't be read to the end").systemErrno(errno);
    if (got == 0) break;
    sha256_update(&state, static_cast<std::size_t>(got), block.data());
    at += got;
  }
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&state, digest.size(), digest.data());
  std::string hex;
  for (const std::uint8_t byte : digest) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

}  // namespace tally::plugins
