#pragma once
// Walks over JSON text that is known to be valid and hands out slices of it: the members of an object, the elements
// of an array. Nothing is decoded or copied. On other text it stops early, and never reads outside of it.

#include <cstring>
#include <string>
#include <string_view>

namespace tally::detail {

/// JSON's white space, and nothing else.
constexpr bool isSpace(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Without white space at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// The first character of a value says its kind: '{', '[', '"', 't', 'f', 'n', '-' or a digit; 0 for none.
constexpr char kindOf(std::string_view value) noexcept { return value.empty() ? '\0' : value.front(); }
constexpr bool isNumber(std::string_view value) noexcept {
  const char kind = kindOf(value);
  return kind == '-' || (kind >= '0' && kind <= '9');
}

/// The text that a quoted JSON string stands for. An escape without meaning (half a surrogate pair) stays as written.
std::string unquoted(std::string_view quoted);
/// The JSON form of a text. Errors: InvalidDocument if it is not UTF-8.
std::string quoted(std::string_view text);
/// Whether `value` is a JSON string that stands for `text`. Cost: no allocation unless there are escapes.
bool isText(std::string_view value, std::string_view text);

/// Reads values one behind the other.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  /// The next character that is not white space, without taking it; 0 at the end.
  char peek() noexcept {
    while (at_ != end_ && isSpace(*at_)) ++at_;
    return at_ == end_ ? '\0' : *at_;
  }
  /// Take the next character if it is this one.
  bool take(char wanted) noexcept {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  /// Take a whole value.
  std::string_view value() noexcept {
    const char first = peek();
    const char* const begin = at_;
    if (first == '"') {
      skipString();
    } else if (first == '{' || first == '[') {
      skipContainer();
    } else {
      skipScalar();
    }
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

 private:
  void skipString() noexcept {
    for (++at_; at_ < end_;) {
      const auto* const quote = static_cast<const char*>(std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_)));
      if (quote == nullptr) break;
      const char* escape = quote;
      while (escape != at_ && escape[-1] == '\\') --escape;
      at_ = quote + 1;
      if ((quote - escape) % 2 == 0) return;
    }
    at_ = end_;
  }
  void skipContainer() noexcept {
    for (std::size_t depth = 0; at_ != end_;) {
      const char c = *at_;
      if (c == '"') {
        skipString();
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return;
    }
  }
  void skipScalar() noexcept {
    while (at_ != end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && !isSpace(*at_)) ++at_;
  }

  const char* at_;
  const char* end_;
};

struct JsonMember {
  std::string_view quoted_name;
  std::string_view value;

  bool is(std::string_view name) const { return isText(quoted_name, name); }
  std::string name() const { return unquoted(quoted_name); }
};

/// visit(JsonMember) for each member in the order of the text; nothing if `text` is no object.
template <typename Visit>
void forEachMember(std::string_view text, Visit&& visit) {
  JsonCursor cursor(text);
  if (!cursor.take('{')) return;
  while (cursor.peek() == '"') {
    const std::string_view name = cursor.value();
    if (!cursor.take(':')) return;
    visit(JsonMember{name, cursor.value()});
    if (!cursor.take(',')) return;
  }
}

/// visit(value) for each element in order; nothing if `text` is no array.
template <typename Visit>
void forEachElement(std::string_view text, Visit&& visit) {
  JsonCursor cursor(text);
  if (!cursor.take('[') || cursor.peek() == ']') return;
  do {
    visit(cursor.value());
  } while (cursor.take(','));
}

}  // namespace tally::detail
