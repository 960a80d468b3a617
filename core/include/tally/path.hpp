#pragma once
// Keys: how stored objects are called. Purely lexical, the same for every backend, no I/O.
//
// A key is valid UTF-8, segments joined by one '/', none of them empty, "." or "..", no NUL, at most 512 bytes.
// Keys are compared byte for byte: "A" and "a" differ, composed and decomposed accents differ.

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tally::path {

/// The longest legal key. 512 is the smallest limit of the known services (an S2 stream name), so that a key
/// which works on one backend works on all.
inline constexpr std::size_t kMaxKeyBytes = 512;

/// Say what is wrong with `key`, or return an empty view. Cost: one pass, no allocation.
[[nodiscard]] std::string_view problem(std::string_view key) noexcept;

/// Throw InvalidArgument with the reason unless `key` is legal. Cost: one pass.
void check(std::string_view key);

/// As check(), but "" is legal and means the root. For list() and stat().
void checkDirectory(std::string_view key);

/// Join segments by '/'. Each may itself hold several segments; empty and illegal ones are refused, nothing is
/// dropped or resolved. join("a", "b/c") is "a/b/c".
/// Errors: InvalidArgument.
std::string join(std::initializer_list<std::string_view> segments);

/// The last segment: "c" of "a/b/c". Cost: no allocation; the result views `key`.
std::string_view basename(std::string_view key) noexcept;

/// All but the last segment: "a/b" of "a/b/c", "" of "a". Cost: no allocation; the result views `key`.
std::string_view parent(std::string_view key) noexcept;

}  // namespace tally::path

#include "tally/detail/path_inl.hpp"
