#include "documents/json_members.hpp"

#include <nlohmann/json.hpp>

#include "tally/error.hpp"

namespace tally::detail {

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string unquoted(std::string_view quoted) {
  if (quoted.size() < 2) return std::string(quoted);
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  if (inner.find('\\') == inner.npos) return std::string(inner);
  const auto value = nlohmann::json::parse(quoted, nullptr, false);
  return value.is_string() ? value.get<std::string>() : std::string(inner);
}

std::string quoted(std::string_view text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::InvalidDocument, "a text is not valid UTF-8, which JSON requires");
  }
}

bool isText(std::string_view value, std::string_view text) {
  if (kindOf(value) != '"' || value.size() < 2) return false;
  const std::string_view inner = value.substr(1, value.size() - 2);
  if (inner == text) return inner.find('\\') == inner.npos;
  return inner.find('\\') != inner.npos && unquoted(value) == text;
}

}  // namespace tally::detail
