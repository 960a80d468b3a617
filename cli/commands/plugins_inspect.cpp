#include "commands/plugins_inspect.hpp"

#include "table.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

/// "1 to 100", ">= 1", "a, b", or nothing.
std::string rangeOf(const PluginOption& option) {
  if (!option.choices.empty()) return joined(option.choices, ", ");
  if (option.minimum && option.maximum) return fmt::format("{} to {}", *option.minimum, *option.maximum);
  if (option.minimum) return fmt::format(">= {}", *option.minimum);
  return option.maximum ? fmt::format("<= {}", *option.maximum) : "";
}

Json optionJson(const PluginOption& option) {
  return {{"name", option.name},
          {"type", tally::nameOf(option.type)},
          {"default", option.default_value ? Json(*option.default_value) : Json()},
          {"minimum", option.minimum ? Json(*option.minimum) : Json()},
          {"maximum", option.maximum ? Json(*option.maximum) : Json()},
          {"choices", option.choices},
          {"required", option.required},
          {"secret", option.secret},
          {"doc", option.doc}};
}

void addLibrary(Json& document, const PluginLibrary& library) {
  Json needed = Json::array();
  for (const auto& need : library.needed) {
    needed.push_back({{"name", need.name}, {"path", need.path.empty() ? Json() : Json(need.path.string())}});
  }
  document["sha256"] = library.sha256;
  document["needed"] = std::move(needed);
  document["exports"] = library.exports;
  document["shared"] = library.shared;
}

Json pluginJson(const PluginFile& plugin) {
  const auto& note = *plugin.note;
  Json options = Json::array();
  for (const auto& option : note.options) options.push_back(optionJson(option));
  Json document = {{"name", note.name},
                   {"version", note.version},
                   {"summary", note.summary},
                   {"vendor", note.vendor},
                   {"license", note.license},
                   {"abi", fmt::format("{}.{}", note.abi_major, note.abi_minor)},
                   {"minHostMinor", note.min_host_minor},
                   {"platform", note.platform},
                   {"sdk", note.sdk},
                   {"extensions", note.extensions},
                   {"path", plugin.path.string()},
                   {"place", plugin.place},
                   {"description", plugin.description},
                   {"replaces", plugin.replaces}};
  if (plugin.library) addLibrary(document, *plugin.library);
  document["options"] = std::move(options);
  return document;
}

/// One line for a person.
std::string lineOf(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::vector<std::string> words;
  for (const auto& item : value) {
    if (item.is_string()) words.push_back(item.get<std::string>());
    if (!item.is_object()) continue;
    const bool seen = item["path"].is_string();
    words.push_back(item["name"].get<std::string>() + (seen ? "" : " (in none of the usual folders)"));
  }
  return joined(words, ", ");
}

void printWarnings(Context& context, const PluginLibrary& library) {
  if (library.exports.size() > 1) {
    context.note(
        fmt::format("warning: it exports {} symbols instead of one, so it may meet those of other libraries; "
                    "build it with tally_add_plugin()",
                    library.exports.size()));
  }
  if (!library.shared.empty()) {
    context.note(
        "warning: the process shares some of its variables with every plugin that has them too, whatever "
        "their version: build it with hidden visibility or -fno-gnu-unique");
  }
}

void printOptions(Context& context, const PluginNote& note) {
  Table table({{"OPTION"}, {"TYPE"}, {"DEFAULT"}, {"RANGE"}, {"FLAGS"}, {"MEANING", Align::Left, true}});
  for (const auto& option : note.options) {
    std::vector<std::string> flags;
    if (option.required) flags.emplace_back("required");
    if (option.secret) flags.emplace_back("secret");
    const auto range = rangeOf(option);
    table.add({option.name, std::string(tally::nameOf(option.type)), option.default_value.value_or("-"),
               range.empty() ? "-" : range, flags.empty() ? "-" : joined(flags, ", "), option.doc});
  }
  context.out.write("\n");
  table.print(context.out, context.style());
}

}  // namespace

ExitCode inspectPlugin(Context& context, const std::string& name) {
  const auto plugin = tally::inspectPlugin(context.config(), name);
  const auto document = pluginJson(plugin);
  if (context.options.json) {
    context.printJson(document);
    return ExitCode::Ok;
  }
  for (const auto& item : document.items()) {
    if (item.key() == "options") continue;
    const auto text = lineOf(item.value());
    context.out.print("{:<13} {}\n", item.key(), text.empty() ? "-" : escaped(text));
  }
  if (!plugin.note->options.empty()) printOptions(context, *plugin.note);
  if (plugin.library) printWarnings(context, *plugin.library);
  return ExitCode::Ok;
}

}  // namespace tally::cli
