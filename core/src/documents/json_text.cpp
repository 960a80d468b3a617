#include <cmath>
#include <nlohmann/json.hpp>

#include "documents/json_edit.hpp"
#include "documents/json_members.hpp"
#include "documents/json_validator.hpp"
#include "tally/error.hpp"
#include "tally/json.hpp"
#include "tally/path.hpp"
#include "text/printable.hpp"

namespace tally {
namespace {

struct Fault {
  std::string path;  // "result.scores[3]"; empty for the value itself
  std::string_view what;
};

std::string_view faultOfScalar(const Json& value, NonFinite non_finite) {
  if (non_finite == NonFinite::Refuse && value.is_number_float() && !std::isfinite(value.get<double>())) {
    return "NaN and infinities have no JSON form; leave the member out, or write null or a text there";
  }
  if (value.is_binary() || value.is_discarded()) return "bytes have no JSON form; write a text, base64 for instance";
  if (value.is_string() && !path::detail::isUtf8(value.get_ref<const std::string&>())) {
    return "the text is not valid UTF-8, which JSON requires";
  }
  return {};
}

// What keeps a value from having a JSON form. No deeper than what is allowed, so that no value exhausts the stack.
std::optional<Fault> findFault(const Json& value, NonFinite non_finite,
                               std::size_t levels_left = detail::kMaxJsonDepth) {
  if (const auto what = faultOfScalar(value, non_finite); !what.empty()) return Fault{{}, what};
  if (!value.is_structured()) return std::nullopt;
  if (levels_left == 0) return Fault{{}, detail::kTooDeep};
  for (const auto& [name, child] : value.items()) {
    if (value.is_object() && !path::detail::isUtf8(name)) return Fault{{}, "the name of a member is not valid UTF-8"};
    auto fault = findFault(child, non_finite, levels_left - 1);
    if (!fault) continue;
    const bool is_last = fault->path.empty() || fault->path.front() == '[';
    fault->path.insert(0, (value.is_array() ? "[" + name + "]" : name) + (is_last ? "" : "."));
    return fault;
  }
  return std::nullopt;
}

[[noreturn]] void throwFault(Fault fault) {
  constexpr std::size_t kShown = 200;
  if (fault.path.empty()) fault.path = "the value";
  throw Error(ErrorCode::InvalidDocument, detail::printable(fault.path, kShown).append(": ").append(fault.what));
}

}  // namespace

JsonText JsonText::parse(std::string text) {
  detail::checkJson(text);
  return JsonText(std::move(text));
}

JsonText JsonText::of(const Json& value, int indent, NonFinite non_finite) {
  if (auto fault = findFault(value, non_finite)) throwFault(*std::move(fault));
  return JsonText(value.dump(indent));
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
