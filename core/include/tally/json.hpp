#pragma once
// A JSON document kept as the text it came in. Members are found on demand; what nobody touches keeps its bytes:
// member order, number text (1.10, 9007199254740993), escapes and unknown members survive a load and save.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tally/api.hpp"

namespace tally {

/// JSON as users handle it; keeps member order. Code that builds or reads one includes <nlohmann/json.hpp> (tally.hpp
/// does). It is only declared here, because it costs seconds to compile and most code never looks inside a document.
using Json = nlohmann::ordered_json;

/// What becomes of NaN and infinities, which have no JSON form: an error that names the member, or null.
enum class NonFinite { Refuse, Null };

/// A value, owning its JSON text. Valid is what the grammar of JSON allows, up to 1024 levels deep and 4 GiB long:
/// numbers of any size, escapes of half a surrogate pair, doubled names.
/// Cost: cheap to move; reading a member is a pass over the text.
class TALLY_API JsonText {
 public:
  JsonText() : text_("null") {}
  /// Take text that is one valid JSON value. Errors: InvalidDocument with the position of the fault.
  static JsonText parse(std::string text);
  /// Take text known to be valid, unchecked. Cost: a move.
  static JsonText trusted(std::string text) { return JsonText(std::move(text)); }
  /// From a value built in memory; compact, or with line breaks and `indent` blanks a level. NaN, infinities, bytes
  /// and text that is not UTF-8 have no JSON form, and neither have values nested deeper than 1024 levels. With
  /// NonFinite::Null the first two are written as null.
  /// Errors: InvalidDocument with the path of the member ("result.scores[3]"). Cost: a pass more than writing it.
  static JsonText of(const Json& value, int indent = -1, NonFinite non_finite = NonFinite::Refuse);

  const std::string& text() const noexcept { return text_; }
  /// The whole value as a tree. Numbers become 64-bit integers or doubles there; their exact text is in member().
  /// Errors: InvalidDocument if a value has no such form (1e400, half a surrogate pair), or the text is not JSON.
  Json json() const;
  /// The text of a top-level member, viewing this object; empty when it is absent or this is not an object. Where a
  /// name is doubled the last one counts.
  std::optional<std::string_view> member(std::string_view name) const;
  /// Replace, add (as the last, spaced like its neighbour) or, with nullopt, drop one top-level member; the bytes of
  /// all others stay.
  /// Errors: InvalidDocument if this is not an object or the value is not JSON.
  void setMember(std::string_view name, std::optional<std::string_view> value_text);

  friend bool operator==(const JsonText&, const JsonText&) = default;

 private:
  explicit JsonText(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace tally
