#pragma once
// A JSON document kept as the text it came in. Members are found on demand; what nobody touches keeps its bytes:
// member order, number text (1.10, 9007199254740993), escapes and unknown members survive a load and save.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tally/api.hpp"

namespace tally {

/// JSON as users handle it; keeps member order.
using Json = nlohmann::ordered_json;

/// A value, owning its JSON text. Cheap to move; reading a member costs a pass over the text.
class TALLY_API JsonText {
 public:
  JsonText() : text_("null") {}
  /// Take text that is one valid JSON value. Errors: InvalidDocument with the position of the fault.
  static JsonText parse(std::string text);
  /// Take text known to be valid, unchecked. Cost: a move.
  static JsonText trusted(std::string text) { return JsonText(std::move(text)); }
  /// From a value built in memory. NaN and infinities have no JSON form. Errors: InvalidDocument names the member.
  static JsonText of(const Json& value);

  const std::string& text() const noexcept { return text_; }
  /// The whole value as a tree. Errors: InvalidDocument if the text was trusted wrongly.
  Json json() const;
  /// The text of a top-level member, viewing this object; empty when it is absent or this is not an object.
  std::optional<std::string_view> member(std::string_view name) const;
  /// Replace, add or (nullopt) drop one top-level member; the bytes of all others stay.
  /// Errors: InvalidDocument if this is not an object or the value is not JSON.
  void setMember(std::string_view name, std::optional<std::string_view> value_text);

  friend bool operator==(const JsonText&, const JsonText&) = default;

 private:
  explicit JsonText(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace tally
