#pragma once
// Bodies of tally/path.hpp; header-only, because adapters use them without linking the core.

#include <cstdint>
#include <cstring>

#include "tally/error.hpp"
#include "tally/path.hpp"

namespace tally::path {
namespace detail {

// Length of the well-formed UTF-8 sequence at the head of `s`, or 0. Table 3-7 of the Unicode standard.
inline std::size_t utf8Sequence(std::string_view s) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < s.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return tail(1, low, high) && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return tail(1, low, high) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

inline bool isUtf8(std::string_view s) noexcept {
  while (!s.empty()) {
    const std::size_t n = utf8Sequence(s);
    if (n == 0) return false;
    s.remove_prefix(n);
  }
  return true;
}

// What is wrong with the segment that begins at `begin`, judged by its first bytes only.
inline std::string_view segmentProblem(std::string_view key, std::size_t begin) noexcept {
  const auto ends = [&](std::size_t i) { return i >= key.size() || key[i] == '/'; };
  if (ends(begin)) return "a segment is empty";
  if (key[begin] != '.') return {};
  if (ends(begin + 1) || (key[begin + 1] == '.' && ends(begin + 2))) return "'.' and '..' are not allowed as segments";
  return {};
}

// Up to eight bytes of the key as one word, filled up with letters.
inline std::uint64_t wordAt(std::string_view key, std::size_t begin) noexcept {
  std::uint64_t word = 0x6161616161616161;
  std::memcpy(&word, key.data() + begin, key.size() - begin < 8 ? key.size() - begin : 8);
  return word;
}

// The high bit of each byte of `word` that is zero. May also be set behind a zero byte: callers look again.
inline std::uint64_t zeroBytes(std::uint64_t word) noexcept {
  return (word - 0x0101010101010101) & ~word & 0x8080808080808080;
}

}  // namespace detail

inline std::string_view problem(std::string_view key) noexcept {
  if (key.empty()) return "it is empty";
  if (key.size() > kMaxKeyBytes) return "it is longer than 512 bytes";
  if (key.find('\0') != key.npos) return "it holds a NUL byte";
  std::string_view found = detail::segmentProblem(key, 0);
  std::uint64_t all = 0;
  for (std::size_t begin = 0; begin < key.size(); begin += 8) {  // eight bytes at a time: this runs on every call
    const std::uint64_t word = detail::wordAt(key, begin);
    all |= word;
    std::uint64_t slashes = detail::zeroBytes(word ^ 0x2F2F2F2F2F2F2F2F);
    for (; slashes != 0; slashes &= slashes - 1) {
      const std::size_t at = begin + static_cast<std::size_t>(__builtin_ctzll(slashes)) / 8;
      if (key[at] == '/' && found.empty()) found = detail::segmentProblem(key, at + 1);
    }
  }
  if ((all & 0x8080808080808080) != 0 && !detail::isUtf8(key)) return "it is not valid UTF-8";
  return found;
}

inline void check(std::string_view key) {
  const auto found = problem(key);
  if (found.empty()) return;
  TALLY_THROW(Error(ErrorCode::InvalidArgument, "not a legal key: " + std::string(found)));
}

inline void checkDirectory(std::string_view key) {
  if (!key.empty()) check(key);
}

inline std::string join(std::initializer_list<std::string_view> segments) {
  std::string joined;
  for (const auto segment : segments) {
    if (!joined.empty()) joined += '/';
    if (segment.empty()) TALLY_THROW(Error(ErrorCode::InvalidArgument, "join: a segment is empty"));
    joined += segment;
  }
  check(joined);
  return joined;
}

inline std::string_view basename(std::string_view key) noexcept {
  const std::size_t slash = key.rfind('/');
  return slash == key.npos ? key : key.substr(slash + 1);
}

inline std::string_view parent(std::string_view key) noexcept {
  const std::size_t slash = key.rfind('/');
  return slash == key.npos ? std::string_view{} : key.substr(0, slash);
}

}  // namespace tally::path
