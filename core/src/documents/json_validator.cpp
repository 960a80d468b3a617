#include "documents/json_validator.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "documents/json_members.hpp"
#include "tally/error.hpp"

namespace tally::detail {
namespace {

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool isNumberCharacter(char c) {
  return isDigit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// Number = -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool isNumberText(std::string_view text) {
  std::size_t at = 0;
  const auto take = [&](std::string_view any) {
    const bool found = at < text.size() && any.find(text[at]) != any.npos;
    at += found ? 1 : 0;
    return found;
  };
  const auto takeDigits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && isDigit(text[at])) ++at;
    return at > begin;
  };
  take("-");
  if (!take("0") && !takeDigits()) return false;
  if (take(".") && !takeDigits()) return false;
  if (take("eE") && (take("+-"), !takeDigits())) return false;
  return at == text.size();
}

// Overwrite the escape behind `at` by a harmless one if it is a code unit; returns where the string goes on.
std::size_t calmEscape(std::string& text, std::size_t at) {
  const auto isHex = [](char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  const bool is_unit = at + 6 <= text.size() && text[at + 1] == 'u' &&
                       std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) + 2,
                                   text.begin() + static_cast<std::ptrdiff_t>(at) + 6, isHex);
  if (!is_unit) return at + 2;
  text.replace(at + 2, 4, "0020");
  return at + 6;
}

std::size_t calmString(std::string& text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"';) at = text[at] == '\\' ? calmEscape(text, at) : at + 1;
  return at + 1;
}

std::size_t calmNumber(std::string& text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && isNumberCharacter(text[end])) ++end;
  if (isNumberText(std::string_view(text).substr(at, end - at))) {
    text.replace(at, end - at, "0" + std::string(end - at - 1, ' '));
  }
  return end;
}

// The same tokens at the same positions, with every number 0 and every \uXXXX a blank. It is valid exactly if the
// original is, and no library has a reason to refuse it for what its values mean.
std::string calmed(std::string_view original) {
  std::string text(original);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = calmString(text, at);
    } else if (text[at] == '-' || isDigit(text[at])) {
      at = calmNumber(text, at);
    } else {
      ++at;
    }
  }
  return text;
}

bool parses(simdjson::dom::parser& parser, std::string_view text, bool is_padded) {
  return parser.parse(text.data(), text.size(), !is_padded).error() == simdjson::SUCCESS;
}

}  // namespace

bool JsonValidator::accepts(std::string_view text, std::size_t readable) {
  if (text.empty() || text.size() > kMaxJsonBytes) return false;
  if (text.starts_with(kByteOrderMark)) return false;  // newer versions of simdjson skip the mark
  const bool is_padded = readable - text.size() >= simdjson::SIMDJSON_PADDING;
  return parses(parser_, text, is_padded) || parses(parser_, calmed(text), false);
}

std::string jsonFault(std::string_view text) {
  if (text.size() > kMaxJsonBytes) return std::string(kTooLong);  // before anything reads or copies it
  if (trimmed(text).empty()) return "at byte 0: there is no value";
  if (text.starts_with(kByteOrderMark)) return "at byte 0: a byte order mark is no JSON";
  const auto drop = [](int, nlohmann::json::parse_event_t, nlohmann::json&) { return false; };
  try {
    [[maybe_unused]] const auto nothing = nlohmann::json::parse(calmed(text), drop);
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    return "at byte " + std::to_string(at) + (at == text.size() ? ": the text ends too early" : ": not valid here");
  } catch (const nlohmann::json::out_of_range&) {
    return "a number is written wrongly";  // well-formed ones of that size are 0 by now
  }
  const std::size_t nul = text.find('\0');  // which that parser takes for the end of the text
  if (nul != text.npos) return "at byte " + std::to_string(nul) + ": not valid here";
  return std::string(kTooDeep);
}

void checkJson(std::string_view text) {
  if (JsonValidator().accepts(text)) return;
  throw Error(ErrorCode::InvalidDocument, "not valid JSON, " + jsonFault(text));
}

}  // namespace tally::detail
