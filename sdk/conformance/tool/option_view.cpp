#include "option_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace tally::conformance {
namespace {

const OptionValue* givenTo(const Config& config, const PluginNote& note, const std::string& option) {
  const auto section = config.storage.sections.find(note.name);
  if (section != config.storage.sections.end()) {
    const auto own = section->second.find(option);
    if (own != section->second.end()) return &own->second;
  }
  const auto shared = config.storage.shared.find(option);
  return shared == config.storage.shared.end() ? nullptr : &shared->second;
}

std::uint32_t kindOf(PluginOption::Type type) {
  switch (type) {
    case PluginOption::Type::Flag: return TALLY_VALUE_FLAG;
    case PluginOption::Type::Integer: return TALLY_VALUE_INTEGER;
    case PluginOption::Type::Number: return TALLY_VALUE_NUMBER;
    case PluginOption::Type::List: return TALLY_VALUE_LIST;
    case PluginOption::Type::Text:
    case PluginOption::Type::Path: break;
  }
  return TALLY_VALUE_TEXT;
}

}  // namespace

std::string textOf(const OptionValue& value) {
  if (!value.text.empty()) return value.text;
  const auto* text = std::get_if<std::string>(&value.value);
  return text == nullptr ? std::string() : *text;
}

std::string optionText(const Config& config, const PluginNote& note, const std::string& option) {
  const auto found = std::find_if(note.options.begin(), note.options.end(),
                                  [&](const PluginOption& one) { return one.name == option; });
  if (found == note.options.end()) {
    throw std::invalid_argument(fmt::format("the plugin '{}' has no option '{}'", note.name, option));
  }
  const OptionValue* const given = givenTo(config, note, option);
  std::string text = given == nullptr ? std::string() : textOf(*given);
  if (text.empty()) text = found->default_value.value_or("");
  const bool relative = found->type == PluginOption::Type::Path && !text.empty() && text.front() != '/';
  return relative ? (config.base_dir / text).string() : text;
}

OptionView::OptionView(const Config& config, const PluginNote& note) {
  view_ = {TALLY_END_OF(tally_config, get), 0, this, get};
  for (const auto& option : note.options) {
    const OptionValue* const given = givenTo(config, note, option.name);
    if (given == nullptr && !option.default_value) continue;
    const auto* const list = given == nullptr ? nullptr : std::get_if<OptionValue::List>(&given->value);
    if (option.type != PluginOption::Type::List) {
      add(option.name, kindOf(option.type), optionText(config, note, option.name));
      continue;
    }
    const OptionValue::List elements = list == nullptr ? OptionValue::List{} : *list;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      add(fmt::format("{}.{}", option.name, i), TALLY_VALUE_TEXT, elements[i]);
    }
    add(option.name, TALLY_VALUE_LIST, std::to_string(elements.size()));
  }
}

void OptionView::add(const std::string& name, std::uint32_t kind, std::string text) {
  tally_value value{};
  value.struct_size = TALLY_END_OF(tally_value, text);
  value.kind = kind;
  value.integer = text == "true" ? 1 : std::strtoll(text.c_str(), nullptr, 10);
  value.number = std::strtod(text.c_str(), nullptr);
  const std::string& kept = texts_.emplace_back(std::move(text));
  value.text = {kept.data(), kept.size()};
  values_[name] = value;
}

std::int32_t OptionView::get(void* self, const tally_str* name, tally_value* value) noexcept {
  const auto& values = static_cast<OptionView*>(self)->values_;
  const auto found = values.find(std::string_view(name->data, name->size));
  if (found == values.end()) return TALLY_E_NOT_FOUND;
  const auto size = std::min(value->struct_size, found->second.struct_size);
  const auto theirs = value->struct_size;
  std::memcpy(value, &found->second, size);
  value->struct_size = theirs;
  return TALLY_OK;
}

}  // namespace tally::conformance
