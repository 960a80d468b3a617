#include "plugins/boundary/plugin_options.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "config/names.hpp"
#include "config/scalar.hpp"
#include "plugins/boundary/views.hpp"
#include "tally/error.hpp"
#include "text/number_text.hpp"

namespace tally::plugins {
namespace {

using Type = PluginOption::Type;

// "tally.yaml:4:5: storage.redis.poolSize"
std::string where(const OptionValue& given, const std::string& backend, const std::string& name) {
  return given.origin.toString() + ": storage." + backend + "." + name;
}

std::string expectation(const PluginOption& option) {
  switch (option.type) {
    case Type::Flag: return "true or false";
    case Type::List: return "a list of texts";
    case Type::Path: return "a path";
    case Type::Text: {
      if (option.choices.empty()) return "a text";
      std::string all = "one of";
      for (const std::string& one : option.choices) all += (all.back() == 'f' ? " " : ", ") + one;
      return all;
    }
    case Type::Integer:
    case Type::Number: break;
  }
  std::string text = option.type == Type::Integer ? "a whole number" : "a number";
  if (option.minimum) text += " from " + detail::numberText(*option.minimum);
  if (option.maximum) text += " to " + detail::numberText(*option.maximum);
  return text;
}

std::optional<std::string> shown(const OptionValue& given, const std::string& name) {
  struct Show {
    const std::string& name;
    std::optional<std::string> operator()(std::monostate) const { return "empty"; }
    std::optional<std::string> operator()(bool b) const { return b ? "true" : "false"; }
    std::optional<std::string> operator()(std::int64_t i) const { return std::to_string(i); }
    std::optional<std::string> operator()(double d) const { return detail::numberText(d); }
    std::optional<std::string> operator()(const std::string& s) const { return config::shownValue(name, s); }
    std::optional<std::string> operator()(const OptionValue::List&) const { return "a list"; }
  };
  return std::visit(Show{name}, given.value);
}

std::optional<double> numberOf(const OptionValue& given) {
  if (const auto* whole = std::get_if<std::int64_t>(&given.value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&given.value)) return *real;
  return std::nullopt;
}

// YAML types what people write; a text option also takes what looks like a number or a flag, as it was written: 0042.
std::optional<std::string> textOf(const OptionValue& given) {
  if (!given.text.empty() && !std::holds_alternative<OptionValue::List>(given.value)) return given.text;
  if (const auto* text = std::get_if<std::string>(&given.value)) return *text;
  if (const auto* flag = std::get_if<bool>(&given.value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&given.value)) return std::to_string(*whole);
  return std::nullopt;
}

// A value, as what its option takes. Errors: InvalidConfig, naming place, finding and expectation.
struct Checked {
  const PluginOption& option;
  const OptionValue& value;
  const std::string& backend;

  [[noreturn]] void refuse() const {
    std::string text = where(value, backend, option.name) + " is ";
    text += option.secret ? "not usable (its value is a secret and not shown)" : shown(value, option.name).value_or("");
    throw Error(ErrorCode::InvalidConfig, text + "; expected " + expectation(option));
  }

  template <typename Held>
  const Held& as() const {
    if (const auto* held = std::get_if<Held>(&value.value)) return *held;
    refuse();
  }

  double inRange(std::optional<double> number) const {
    if (!number || !std::isfinite(*number)) refuse();
    if (*number < option.minimum.value_or(*number) || *number > option.maximum.value_or(*number)) refuse();
    return *number;
  }

  std::string text() const {
    auto text = textOf(value);
    const auto& choices = option.choices;
    if (!text || (!choices.empty() && std::find(choices.begin(), choices.end(), *text) == choices.end())) refuse();
    return *std::move(text);
  }
};

// What fits no type stays text, and is refused like that in a file.
OptionValue defaultOf(const PluginOption& option) {
  const std::string& text = *option.default_value;
  OptionValue value;
  switch (option.type) {
    case Type::Flag:
    case Type::Integer:
    case Type::Number: value.value = config::typedValue(text); break;
    case Type::List: value.value = text.empty() ? OptionValue::List{} : OptionValue::List{text}; break;
    case Type::Text:
    case Type::Path: value.value = text; break;
  }
  return value;
}

// What a plugin sees that reads a number as a whole one.
std::int64_t wholePart(double number) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (number >= kLimit) return std::numeric_limits<std::int64_t>::max();
  return number < -kLimit ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(number);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

void refuseUnknown(const OptionMap& section, const PluginNote& note) {
  std::vector<std::string> known;
  for (const PluginOption& option : note.options) known.push_back(option.name);
  for (const auto& [name, given] : section) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string text =
        where(given, note.name, config::printable(name)) + ": the backend '" + note.name + "' has no such option; ";
    const std::string near = nearestName(name, known);
    text += near.empty() ? "known here: " + joined(known) + "." : "did you mean '" + near + "'?";
    throw Error(ErrorCode::ConfigUnknownKey, text + " 'tally plugins inspect " + note.name + "' says what each is for");
  }
}

}  // namespace

PluginOptions::PluginOptions(const Config& config, const PluginNote& note) {
  view_ = {TALLY_END_OF(tally_config, get), 0, this, get};
  static const OptionMap kNone;
  const auto found = config.storage.sections.find(note.name);
  const OptionMap& section = found == config.storage.sections.end() ? kNone : found->second;
  refuseUnknown(section, note);
  for (const auto& shared : config.storage.shared) {
    const auto same = [&](const PluginOption& option) { return option.name == shared.first; };
    if (std::none_of(note.options.begin(), note.options.end(), same)) unused_.push_back("storage." + shared.first);
  }
  for (const PluginOption& option : note.options) {
    const OptionValue* given = nullptr;
    if (const auto own = section.find(option.name); own != section.end()) given = &own->second;
    const auto shared = config.storage.shared.find(option.name);
    if (given == nullptr && shared != config.storage.shared.end()) given = &shared->second;
    if (given != nullptr && std::holds_alternative<std::monostate>(given->value)) given = nullptr;
    if (given == nullptr && option.required) {
      const std::string file = config.file.empty() ? "a tally.yaml" : config.file.string();
      throw Error(ErrorCode::ConfigMissingValue, "the backend '" + note.name + "' needs '" + option.name +
                                                     "': set storage." + note.name + "." + option.name + " in " + file +
                                                     " (" + option.doc + ")");
    }
    try {
      add(option, given, config);
    } catch (const Error&) {
      if (given == nullptr) throw Error(ErrorCode::PluginNoNote, "the default of '" + option.name + "' is not valid");
      throw;
    }
  }
}

void PluginOptions::add(const PluginOption& option, const OptionValue* given, const Config& config) {
  if (given == nullptr && !option.default_value) return;
  const OptionValue value = given != nullptr ? *given : defaultOf(option);
  const Checked checked{option, value, config.storage.backend};
  switch (option.type) {
    case Type::Flag: return set(option.name, TALLY_VALUE_FLAG, checked.as<bool>() ? 1 : 0, 0, {});
    case Type::Integer: {
      const auto whole = checked.as<std::int64_t>();
      return set(option.name, TALLY_VALUE_INTEGER, whole, checked.inRange(static_cast<double>(whole)), {});
    }
    case Type::Number: {
      const double number = checked.inRange(numberOf(value));
      return set(option.name, TALLY_VALUE_NUMBER, wholePart(number), number, {});
    }
    case Type::List: return addList(option.name, checked.as<OptionValue::List>());
    case Type::Text: return set(option.name, TALLY_VALUE_TEXT, 0, 0, checked.text());
    case Type::Path: {
      const std::string path = checked.text();
      if (path.empty()) checked.refuse();
      return set(option.name, TALLY_VALUE_TEXT, 0, 0, (config.base_dir / path).lexically_normal().string());
    }
  }
}

void PluginOptions::addList(const std::string& name, const OptionValue::List& texts) {
  set(name, TALLY_VALUE_LIST, static_cast<std::int64_t>(texts.size()), 0, {});
  for (std::size_t i = 0; i < texts.size(); ++i) set(name + '.' + std::to_string(i), TALLY_VALUE_TEXT, 0, 0, texts[i]);
}

void PluginOptions::set(const std::string& name, std::uint32_t kind, std::int64_t integer, double number,
                        std::string text) {
  const std::string& kept = texts_.emplace_back(std::move(text));
  values_[name] = {TALLY_END_OF(tally_value, text), kind, integer, number, {kept.data(), kept.size()}};
}

std::int32_t PluginOptions::get(void* self, const tally_str* name, tally_value* value) noexcept {
  const auto& options = *static_cast<const PluginOptions*>(self);
  const auto found = options.values_.find(viewOf(*name));
  if (found == options.values_.end()) return TALLY_E_NOT_FOUND;
  // As much as both sides know (rule R1); struct_size stays the caller's.
  constexpr std::uint32_t kHead = sizeof value->struct_size;
  const std::uint32_t end = std::min(value->struct_size, found->second.struct_size);
  const auto* ours = reinterpret_cast<const char*>(&found->second);
  if (end > kHead) std::memcpy(reinterpret_cast<char*>(value) + kHead, ours + kHead, end - kHead);
  return TALLY_OK;
}

}  // namespace tally::plugins
