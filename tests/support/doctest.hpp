#pragma once
// doctest, with names for our types in its messages.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tally/error.hpp"

namespace doctest {
template <>
struct StringMaker<std::string_view> {
  static String convert(std::string_view text) { return std::string(text).c_str(); }
};
template <>
struct StringMaker<tally::ErrorCode> {
  static String convert(tally::ErrorCode code) { return std::string(tally::nameOf(code)).c_str(); }
};
}  // namespace doctest

namespace tally::test {
/// The code of the tally::Error that `action` throws; fails the test when it throws nothing.
template <typename Action>
ErrorCode codeOf(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  FAIL_CHECK("nothing was thrown");
  return ErrorCode::Internal;
}

/// The message of the tally::Error that `action` throws, with backend, operation and key.
template <typename Action>
std::string messageOf(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  FAIL_CHECK("nothing was thrown");
  return {};
}
}  // namespace tally::test
