#pragma once
// Bodies of tally/path.hpp; header-only, because adapters use them without linking the core.

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

inline std::string_view segmentProblem(std::string_view segment) noexcept {
  if (segment.empty()) return "a segment is empty";
  if (segment == "." || segment == "..") return "'.' and '..' are not allowed as segments";
  return {};
}

}  // namespace detail

inline std::string_view problem(std::string_view key) noexcept {
  if (key.empty()) return "it is empty";
  if (key.size() > kMaxKeyBytes) return "it is longer than 512 bytes";
  if (key.find('\0') != key.npos) return "it holds a NUL byte";
  if (!detail::isUtf8(key)) return "it is not valid UTF-8";
  for (std::string_view rest = key;;) {
    const std::size_t slash = rest.find('/');
    const auto found = detail::segmentProblem(rest.substr(0, slash));
    if (!found.empty() || slash == rest.npos) return found;
    rest.remove_prefix(slash + 1);
  }
}

inline void check(std::string_view key) {
  const auto found = problem(key);
  if (found.empty()) return;
  throw Error(ErrorCode::InvalidArgument, "not a legal key: " + std::string(found));
}

inline void checkDirectory(std::string_view key) {
  if (!key.empty()) check(key);
}

inline std::string join(std::initializer_list<std::string_view> segments) {
  std::string joined;
  for (const auto segment : segments) {
    if (!joined.empty()) joined += '/';
    if (segment.empty()) throw Error(ErrorCode::InvalidArgument, "join: a segment is empty");
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
