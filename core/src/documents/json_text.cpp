#include <cmath>
#include <nlohmann/json.hpp>

#include "documents/json_edit.hpp"
#include "documents/json_members.hpp"
#include "documents/json_validator.hpp"
#include "tally/error.hpp"
#include "tally/json.hpp"

namespace tally {
namespace {

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : std::string(path).append(".").append(name);
}

// The path of the first value without a JSON form ("result.scores[3]"), or nothing.
std::optional<std::string> findUnwritable(const Json& value, const std::string& path) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) return path;
  if (value.is_binary() || value.is_discarded()) return path;
  if (!value.is_structured()) return std::nullopt;
  for (const auto& [name, child] : value.items()) {
    auto found = findUnwritable(
        child, value.is_array() ? std::string(path).append("[").append(name).append("]") : below(path, name));
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace

JsonText JsonText::parse(std::string text) {
  detail::checkJson(text);
  return JsonText(std::move(text));
}

JsonText JsonText::of(const Json& value, int indent) {
  if (const auto path = findUnwritable(value, "")) {
    throw Error(ErrorCode::InvalidDocument,
                (path->empty() ? "the value" : *path) + ": NaN, infinities and bytes have no JSON form");
  }
  try {
    return JsonText(value.dump(indent));
  } catch (const Json::exception&) {
    throw Error(ErrorCode::InvalidDocument, "a text is not valid UTF-8, which JSON requires");
  }
}

Json JsonText::json() const {
  try {
    return Json::parse(text_);
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::InvalidDocument,
                "this text has no tree form; read it by member() instead: " + std::string(error.what()));
  }
}

std::optional<std::string_view> JsonText::member(std::string_view name) const {
  return detail::findMember(text_, name);
}

void JsonText::setMember(std::string_view name, std::optional<std::string_view> value_text) {
  if (detail::JsonCursor(text_).peek() != '{') {
    throw Error(ErrorCode::InvalidDocument, "only an object has members; '" + std::string(name) + "' has no place");
  }
  if (!value_text) return detail::dropMember(text_, name);
  detail::checkJson(*value_text);
  detail::putMember(text_, name, detail::trimmed(*value_text));
}

}  // namespace tally
