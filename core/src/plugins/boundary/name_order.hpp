#pragma once
// Whether names come one after the other, each legal and greater than the one before. This runs for every name of every
// listing, so it looks at eight bytes at a time, and only once.

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "tally/path.hpp"

namespace tally::plugins {

class NameOrder {
 public:
  enum class Verdict { Next, NoName, NotGreater };

  /// Names have to be greater than `start_after`.
  explicit NameOrder(std::string_view start_after) noexcept {
    take(start_after.substr(0, std::min(start_after.size(), path::kMaxKeyBytes)));
  }

  Verdict take(std::string_view name) noexcept {
    if (name.size() > path::kMaxKeyBytes) return Verdict::NoName;
    plain_ = kHighBits;
    order_ = 0;
    const std::size_t whole = name.size() / 8, rest = name.size() % 8;
    for (std::size_t i = 0; i < whole; ++i) look(i, path::detail::wordAt<std::uint64_t>(name.data() + 8 * i), 0);
    if (rest != 0) look(whole, lastWord(name, rest), kLetters << (8 * rest));
    words_ = whole + (rest != 0 ? 1 : 0);
    const bool legal = plain_ == kHighBits && !name.empty() && name.front() != '.';
    if (!legal && !isLegal(name)) return Verdict::NoName;
    return order_ > 0 ? Verdict::Next : Verdict::NotGreater;
  }

 private:
  static constexpr std::uint64_t kHighBits = 0x8080808080808080, kAllBelow = 0x7F7F7F7F7F7F7F7F;
  static constexpr std::uint64_t kSlashes = 0x2F2F2F2F2F2F2F2F, kLetters = 0x6161616161616161;

  // `filling` stands in for the bytes behind the end, which are 0 in `word`.
  void look(std::size_t at, std::uint64_t word, std::uint64_t filling) noexcept {
    const std::uint64_t full = word | filling;
    // The high bits: of bytes that are not NUL, that are ASCII, and that are no '/'.
    plain_ &= (full + kAllBelow) & ~full & ((full ^ kSlashes) + kAllBelow);
    const std::uint64_t before = at < words_ ? last_[at] : 0;
    if (order_ == 0 && word != before) order_ = __builtin_bswap64(word) > __builtin_bswap64(before) ? 1 : -1;
    last_[at] = word;
  }

  static std::uint64_t lastWord(std::string_view name, std::size_t rest) noexcept {
    if (name.size() >= 8) {
      return path::detail::wordAt<std::uint64_t>(name.data() + name.size() - 8) >> (8 * (8 - rest));
    }
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < rest; ++i) word |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
    return word;
  }

  static bool isLegal(std::string_view name) noexcept {
    return name.find('/') == name.npos && path::problem(name).empty();
  }

  std::uint64_t plain_ = 0;  // its high bits, as long as nothing needs a closer look
  int order_ = 0;            // of this name and the last one, as far as they have been compared
  std::size_t words_ = 0;    // of the last name
  std::uint64_t last_[path::kMaxKeyBytes / 8];
};

}  // namespace tally::plugins
