#include "config/variables.hpp"

#include <algorithm>

#include "config/fail.hpp"
#include "config/scalar.hpp"
#include "tally/path.hpp"

namespace tally::config {
namespace {

bool isVariableName(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_word = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
  };
  return !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), is_word);
}

// `reference` is what stands between the braces.
std::string resolve(std::string_view reference, const ConfigSource::Environment& environment, const Origin& where) {
  const std::size_t colon = reference.find(":-");
  const std::string name(reference.substr(0, colon));
  if (!isVariableName(name))
    fail(ErrorCode::ConfigSyntax, where,
         "a '${...}' that does not name a variable; write ${NAME}, ${NAME:-default}, or $$ for a '$'");
  if (reference.find("${") != reference.npos)
    fail(ErrorCode::ConfigSyntax, where, "the default of ${" + name + ":-...} can't hold another variable");
  if (auto value = lookUp(environment, name)) return *value;
  if (colon != reference.npos) return std::string(reference.substr(colon + 2));
  fail(ErrorCode::ConfigUnsetVariable, where,
       "variable " + name + " is not set or empty; set it, or write ${" + name + ":-default}");
}

}  // namespace

std::optional<std::string> lookUp(const ConfigSource::Environment& environment, const std::string& name) {
  std::optional<std::string> value = environment(name);
  if (!value || value->empty()) return std::nullopt;
  if (!path::detail::isUtf8(*value))
    fail(ErrorCode::InvalidConfig, {"variable " + name}, "the value is not valid UTF-8");
  return value;
}

std::string expandVariables(std::string_view text, const ConfigSource::Environment& environment, const Origin& where) {
  std::string expanded;
  while (true) {
    const std::size_t dollar = text.find('$');
    expanded += text.substr(0, dollar);
    if (dollar == text.npos) return expanded;
    text.remove_prefix(dollar + 1);
    if (!text.starts_with('{')) {
      expanded += '$';
      if (text.starts_with('$')) text.remove_prefix(1);
      continue;
    }
    const std::size_t end = text.find('}');
    if (end == text.npos) fail(ErrorCode::ConfigSyntax, where, "'${' without its '}'; a '$' alone is written $$");
    expanded += resolve(text.substr(1, end - 1), environment, where);
    text.remove_prefix(end + 1);
  }
}

void expandTree(YamlNode& node, const ConfigSource::Environment& environment) {
  for (YamlNode& child : node.children) expandTree(child, environment);
  if (node.kind != YamlNode::Kind::Scalar || node.verbatim) return;
  node.text = expandVariables(node.text, environment, node.origin);
  if (!node.quoted && isNull(node.text)) node.kind = YamlNode::Kind::Null;
}

}  // namespace tally::config
