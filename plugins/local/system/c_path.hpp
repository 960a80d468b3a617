#pragma once
// Keys as the kernel wants them: ended by a NUL.

#include <array>
#include <cstring>
#include <string_view>

#include "tally/error.hpp"
#include "tally/path.hpp"

namespace tally::local {

/// A copy of a key, or of a part of one, on the stack.
class CPath {
 public:
  /// Errors: InvalidArgument for what is too long to be a key.
  explicit CPath(std::string_view text) {
    if (text.size() > path::kMaxKeyBytes) throw Error(ErrorCode::InvalidArgument, "a key has at most 512 bytes");
    if (!text.empty()) std::memcpy(text_.data(), text.data(), text.size());
    text_[text.size()] = '\0';
  }
  const char* get() const noexcept { return text_.data(); }

 private:
  std::array<char, path::kMaxKeyBytes + 1> text_;
};

}  // namespace tally::local
