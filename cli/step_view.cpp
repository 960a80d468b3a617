#include "step_view.hpp"
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "json_tree.hpp"

namespace tally::cli {
namespace {

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string textMember(const Json& object, const char* name, std::string otherwise = "") {
  if (!object.is_object()) return otherwise;
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

/// The value a tool gave back: {"type":"json","value":...} is a wrapper of the original tool.
std::string toolResult(const Json& part) {
  const auto output = part.find("output");
  if (output == part.end()) return "";
  const auto inner = output->is_object() ? output->find("value") : output->end();
  const auto& value = output->is_object() && inner != output->end() ? *inner : *output;
  return value.is_string() ? value.get<std::string>() : dump(value);
}

std::string partText(const Json& part) {
  if (part.is_string()) return part.get<std::string>();
  const auto type = textMember(part, "type");
  if (type == "text" || type == "reasoning") return textMember(part, "text");
  const auto tool = textMember(part, "toolName", "?");
  if (type == "tool-call") return fmt::format("→ {} {}", tool, dump(part.value("input", Json::object())));
  if (type == "tool-result") return fmt::format("← {} {}", tool, toolResult(part));
  return type.empty() ? dump(part) : fmt::format("[{}]", type);
}

MessageView viewOf(const Json& message) {
  MessageView view{textMember(message, "role", "?"), ""};
  const auto content = message.is_object() ? message.find("content") : message.end();
  if (!message.is_object() || content == message.end()) {
    view.text = dump(message);
  } else if (content->is_array()) {
    for (const auto& part : *content) view.text += (view.text.empty() ? "" : "\n") + partText(part);
  } else {
    view.text = content->is_string() ? content->get<std::string>() : dump(*content);
  }
  return view;
}

}  // namespace

std::vector<MessageView> messagesOf(const Step& step) {
  std::vector<MessageView> views{viewOf(treeOf(step.input()))};
  for (const auto& message : treeOf(step.output())) views.push_back(viewOf(message));
  return views;
}

}  // namespace tally::cli
