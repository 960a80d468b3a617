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

template <typename Word>
Word wordAt(const char* bytes) noexcept {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// 1 to 7 bytes, padded with letters. Built in registers: a wide load right after narrow stores stalls.
inline std::uint64_t shortWordAt(const char* bytes, std::size_t size) noexcept {
  const auto placed = [](std::uint64_t word, std::size_t at) { return word << (8 * at); };
  const auto byte = [&](std::size_t at) { return placed(static_cast<unsigned char>(bytes[at]), at); };
  const std::uint64_t letters = placed(0x6161616161616161, size);
  if (size < 4) return letters | byte(0) | byte(size / 2) | byte(size - 1);
  return letters | wordAt<std::uint32_t>(bytes) | placed(wordAt<std::uint32_t>(bytes + size - 4), size - 4);
}

// Whether eight bytes at a time show a key to be legal: it is ASCII, and next to a '/' stands neither '.' nor '/'.
// Other keys need a closer look. This runs on every call.
inline bool isPlainlyLegal(std::string_view key) noexcept {
  if (key.empty() || key.size() > kMaxKeyBytes) return false;
  constexpr std::uint64_t kHighBits = 0x8080808080808080, kAllBelow = 0x7F7F7F7F7F7F7F7F;
  std::uint64_t good = kHighBits, before = 0;  // the beginning is like a '/'
  const auto look = [&](std::uint64_t word) {
    // The high bits: of bytes other than '.' and '/', which are 2E and 2F; and of those that are ASCII but not NUL.
    const std::uint64_t other = ((word | 0x0101010101010101) ^ 0x2F2F2F2F2F2F2F2F) + kAllBelow;
    good &= (word + kAllBelow) & ~word & (other | other << 8U | before);
    before = other >> 56U;
  };
  const char* const bytes = key.data();
  const std::size_t size = key.size();
  if (size < 8) {
    look(shortWordAt(bytes, size));
  } else {
    for (std::size_t begin = 0; begin + 8 <= size; begin += 8) look(wordAt<std::uint64_t>(bytes + begin));
    before = 0x80;                                  // what stands before it was looked at
    look(wordAt<std::uint64_t>(bytes + size - 8));  // most of these bytes once more
  }
  return good == kHighBits && key.back() != '/';
}

[[gnu::cold]] inline std::string_view problemSeenClosely(std::string_view key) noexcept {
  if (key.empty()) return "it is empty";
  if (key.size() > kMaxKeyBytes) return "it is longer than 512 bytes";
  if (key.find('\0') != key.npos) return "it holds a NUL byte";
  if (!isUtf8(key)) return "it is not valid UTF-8";
  for (std::size_t begin = 0;; ++begin) {
    const auto found = segmentProblem(key, begin);
    if (!found.empty()) return found;
    begin = key.find('/', begin);
    if (begin == key.npos) return {};
  }
}

[[gnu::cold]] inline void checkClosely(std::string_view key) {
  const auto found = problemSeenClosely(key);
  if (found.empty()) return;
  TALLY_THROW(Error(ErrorCode::InvalidArgument, "not a legal key: " + std::string(found)));
}

}  // namespace detail

inline std::string_view problem(std::string_view key) noexcept {
  return detail::isPlainlyLegal(key) ? std::string_view() : detail::problemSeenClosely(key);
}

inline void check(std::string_view key) {
  if (!detail::isPlainlyLegal(key)) detail::checkClosely(key);
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
