#pragma once
// What cases assert with. Each throws Failure with a sentence that says what was found and what was promised; long
// contents appear as sizes and the place of the first difference, never as dumps.

#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tally/storage.hpp"

namespace tally::conformance {

/// A broken promise.
class Failure final : public std::exception {
 public:
  explicit Failure(std::string sentence) : sentence_(std::move(sentence)) {}
  const char* what() const noexcept override { return sentence_.c_str(); }

 private:
  std::string sentence_;
};

[[noreturn]] void fail(std::string sentence);

inline void expect(bool holds, const char* sentence) {
  if (!holds) fail(sentence);
}
inline void expect(bool holds, const std::string& sentence) {
  if (!holds) fail(sentence);
}

/// "'a/b'", with escapes, at most 60 bytes of it.
std::string quote(std::string_view text);

template <typename Value>
std::string shown(const Value& value) {
  if constexpr (std::is_same_v<Value, bool>) {
    return value ? "yes" : "no";
  } else {
    std::ostringstream text;
    text << value;
    return text.str();
  }
}

/// Numbers and flags. `what` names the thing: "size of 'a'".
template <typename Value>
void expectEqual(std::string_view what, const Value& found, const Value& expected) {
  if (found == expected) return;
  fail(std::string(what) + ": found " + shown(found) + ", expected " + shown(expected));
}

/// Contents.
void expectBytes(const std::string& what, std::string_view found, std::string_view expected);
/// What the key holds, by read; and by stat, that it is a file of that size.
void expectContent(IStorage& storage, std::string_view key, std::string_view expected);
/// That neither stat, read nor the listing of its parent know the key.
void expectAbsent(IStorage& storage, std::string_view key);
void expectDirectory(IStorage& storage, std::string_view key);
/// The whole listing, in order. Directories are written "name/".
void expectListing(IStorage& storage, std::string_view directory, const std::vector<std::string>& expected);
/// Two listings alike, in that order; says the first difference.
void expectNames(const std::string& what, const std::vector<std::string>& found,
                 const std::vector<std::string>& expected);

/// The listing as expectListing writes it.
std::vector<std::string> namesIn(IStorage& storage, std::string_view directory, const ListOptions& options = {});
std::vector<std::string> namesIn(IStorage& storage, std::string_view directory, const Call& call);

/// That `action` throws a tally::Error of one of `codes`; returns it.
Error expectErrorAmong(std::initializer_list<ErrorCode> codes, const std::string& what, const Error* found);

template <typename Action>
Error expectAnyError(std::initializer_list<ErrorCode> codes, const std::string& what, Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return expectErrorAmong(codes, what, &error);
  }
  return expectErrorAmong(codes, what, nullptr);
}
template <typename Action>
Error expectError(ErrorCode code, const std::string& what, Action&& action) {
  return expectAnyError({code}, what, std::forward<Action>(action));
}

}  // namespace tally::conformance
