#include "redis/lua/sha1.hpp"

#include <array>
#include <cstdint>

namespace tally::redis {
namespace {

using State = std::array<std::uint32_t, 5>;

constexpr std::uint32_t rotated(std::uint32_t word, unsigned bits) { return (word << bits) | (word >> (32U - bits)); }

std::array<std::uint32_t, 80> expanded(const unsigned char* block) {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t k = 0; k < 4; ++k) words[i] = (words[i] << 8U) | block[4 * i + k];
  }
  for (std::size_t i = 16; i < 80; ++i) {
    words[i] = rotated(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  return words;
}

void mix(State& state, const unsigned char* block) {
  constexpr std::uint32_t kRound[] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
  const auto words = expanded(block);
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < 80; ++i) {
    const std::size_t round = i / 20;
    std::uint32_t chosen = b ^ c ^ d;
    if (round == 0) chosen = (b & c) | (~b & d);
    if (round == 2) chosen = (b & c) | (b & d) | (c & d);
    const std::uint32_t next = rotated(a, 5) + chosen + e + kRound[round] + words[i];
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  const State mixed{a, b, c, d, e};
  for (std::size_t i = 0; i < 5; ++i) state[i] += mixed[i];
}

}  // namespace

std::string sha1(std::string_view text) {
  std::string padded(text);
  padded += '\x80';
  while (padded.size() % 64 != 56) padded += '\0';
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) padded += static_cast<char>(bits >> static_cast<unsigned>(shift));
  State state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  for (std::size_t at = 0; at < padded.size(); at += 64) {
    mix(state, reinterpret_cast<const unsigned char*>(padded.data()) + at);
  }
  std::string digits;
  for (const std::uint32_t word : state) {
    for (int shift = 28; shift >= 0; shift -= 4)
      digits += "0123456789abcdef"[(word >> static_cast<unsigned>(shift)) & 15U];
  }
  return digits;
}

}  // namespace tally::redis
