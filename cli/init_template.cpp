#include "init_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "tally/json.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

constexpr const char* kHead =
    R"(# Where conversations and their runs are kept. Found by walking up from the working directory.
# ${{VARIABLE}} and ${{VARIABLE:-default}} are replaced inside values, so that secrets stay out of this file.

storage:
  # The name of a backend: 'tally plugins list' shows which there are.
  backend: {}
)";

constexpr const char* kTail = R"(
# plugins:
#   # Folders that are searched for further backends, before the usual places.
#   searchPath: [/opt/example/tally-plugins]

# Settings for the programs that run agents and evaluations:
# defaults:
#   temperature: 0
#   maxRetries: 3
# trajectories:
#   maxTurns: 50
#   generateLogs: false
# evaluation:
#   parallelism: 4
#   timeout: 30000        # milliseconds
)";

/// Option names that stand directly below `storage`, for every backend that knows them.
bool isShared(const std::string& name) { return name == "path" || name == "autoCreate"; }

/// JSON is YAML; '$' is doubled, since in a file it begins a variable.
std::string quoted(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '$' ? 2 : 1, c);
  return Json(doubled).dump();
}

/// A default as YAML would read it back.
std::string yamlValue(const PluginOption& option) {
  using Type = PluginOption::Type;
  if (!option.default_value) return option.secret ? "${SECRET}" : "...";
  const auto& text = *option.default_value;
  if (option.type == Type::List) return text.empty() ? "[]" : fmt::format("[{}]", quoted(text));
  const bool typed = option.type != Type::Text && option.type != Type::Path;
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '+';
  });
  return typed && plain ? text : quoted(text);
}

std::string optionLines(const PluginOption& option, std::string_view indent) {
  const auto* marker = option.required ? "" : "# ";
  return fmt::format("{0}# {1}{2}\n{0}{3}{4}: {5}\n", indent, escaped(option.doc), option.required ? " Required." : "",
                     marker, option.name, yamlValue(option));
}

std::string pluginLines(const std::string& backend, const PluginNote& note) {
  std::string shared, own;
  bool any_required = false;
  for (const auto& option : note.options) {
    const bool nested = option.name.find('.') != std::string::npos;
    if (nested) continue;
    if (isShared(option.name)) {
      shared += optionLines(option, "  ");
    } else {
      own += optionLines(option, "    ");
      any_required = any_required || option.required;
    }
  }
  if (own.empty()) return shared;
  return shared + fmt::format("  {}{}:\n{}", any_required ? "" : "# ", backend, own);
}

}  // namespace

std::string configurationTemplate(const std::string& backend, const std::optional<PluginNote>& note) {
  auto text = fmt::format(kHead, backend);
  if (note) text += pluginLines(backend, *note);
  return text + kTail;
}

}  // namespace tally::cli
