#pragma once
// A number for a key, the same in every program and on every day.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tally::local {

/// Part of two formats, that of the journal and that of cursors: never changes. Assumes little-endian, as all machines
/// do that plugins are built for.
inline std::uint64_t hashOf(std::string_view key) noexcept {
  std::uint64_t hash = key.size();
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 32;
  };
  for (; key.size() >= 8; key.remove_prefix(8)) {
    std::uint64_t word;
    std::memcpy(&word, key.data(), 8);
    mix(word);
  }
  std::uint64_t rest = 0;  // as memcpy would make it, of which the processor has to wait for its own store
  for (auto last = key.rbegin(); last != key.rend(); ++last) rest = rest << 8U | static_cast<unsigned char>(*last);
  mix(rest);
  return hash;
}

}  // namespace tally::local
