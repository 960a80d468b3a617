#include "config_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <type_traits>

namespace tally::cli {
namespace {

constexpr const char* kMask = "******";

std::optional<PluginNote> noteOf(const Config& config, const std::string& backend) {
  try {
    return inspectPlugin(config, backend).note;
  } catch (const Error&) {
    return std::nullopt;  // doctor and check say why; here it only decides what is safe to show
  }
}

const PluginOption* findOption(const std::optional<PluginNote>& note, const std::string& name) {
  if (!note) return nullptr;
  const auto found =
      std::find_if(note->options.begin(), note->options.end(), [&](const auto& option) { return option.name == name; });
  return found == note->options.end() ? nullptr : &*found;
}

Json plainValue(const OptionValue& option) {
  const auto show = [](const auto& value) -> Json {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::monostate>) return nullptr;
    if constexpr (std::is_same_v<Value, std::string>) return withoutPassword(value);
    if constexpr (std::is_same_v<Value, OptionValue::List>) {
      Json texts = Json::array();
      for (const auto& text : value) texts.push_back(withoutPassword(text));
      return texts;
    }
    if constexpr (std::is_arithmetic_v<Value>) return value;
  };
  return std::visit(show, option.value);
}

Json safeValue(const OptionValue& option, const PluginOption* published) {
  const bool harmless = std::holds_alternative<bool>(option.value);
  if (published == nullptr ? !harmless : published->secret) return kMask;
  return plainValue(option);
}

/// A default as a file would hold it; text where it does not fit its type, which is refused when it is used.
Json defaultValue(const PluginOption& option) {
  using Type = PluginOption::Type;
  const auto& text = *option.default_value;
  const auto typed = [&](bool (Json::*is_right)() const noexcept) {
    auto value = Json::parse(text, nullptr, false);
    return (value.*is_right)() ? value : Json(text);
  };
  switch (option.type) {
    case Type::Flag: return typed(&Json::is_boolean);
    case Type::Integer: return typed(&Json::is_number_integer);
    case Type::Number: return typed(&Json::is_number);
    case Type::List: return text.empty() ? Json::array() : Json::array({withoutPassword(text)});
    case Type::Text:
    case Type::Path: break;
  }
  return withoutPassword(text);
}

class Collector {
 public:
  explicit Collector(const Config& config) : config_(config) {}

  void add(const std::string& key, Json value) {
    const auto origin = config_.origins.find(key);
    const auto known = origin != config_.origins.end();
    values_.push_back({key, std::move(value), known ? origin->second.toString() : "default"});
  }
  void add(const std::string& key, Json value, const Origin& origin) {
    values_.push_back({key, std::move(value), origin.toString()});
  }

  void addStorage() {
    const auto& storage = config_.storage;
    add("storage.backend", storage.backend, storage.backend_origin);
    if (!storage.plugin_path.empty()) add("storage.plugin.path", storage.plugin_path.string());
    for (const auto& [name, option] : storage.shared) add("storage." + name, plainValue(option), option.origin);
    for (const auto& [backend, options] : storage.sections) {
      if (backend != storage.backend) addSection(backend, options, noteOf(config_, backend));
    }
    const auto note = noteOf(config_, storage.backend);
    const auto section = storage.sections.find(storage.backend);
    if (section != storage.sections.end()) addSection(storage.backend, section->second, note);
    addDefaults(note);
  }

  void addPlugins() {
    const auto& plugins = config_.plugins;
    Json folders = Json::array();
    for (const auto& folder : plugins.search_path) folders.push_back(folder.string());
    add("plugins.searchPath", std::move(folders));
    for (const auto& [backend, digest] : plugins.sha256) add("plugins.sha256." + backend, digest);
    add("plugins.pin", nameOf(plugins.pin));
    add("plugins.probe", nameOf(plugins.probe));
    add("plugins.allowUserDir", plugins.allow_user_dir);
    add("plugins.trust", plugins.relaxed_trust ? "relaxed" : "normal");
  }

  void addPrograms() {
    add("defaults.model", config_.defaults.model ? Json(*config_.defaults.model) : Json());
    add("defaults.temperature", config_.defaults.temperature);
    add("defaults.maxRetries", config_.defaults.max_retries);
    add("trajectories.maxTurns", config_.trajectories.max_turns);
    add("trajectories.generateLogs", config_.trajectories.generate_logs);
    add("trajectories.loopDetection.maxConsecutiveSameStep", config_.trajectories.max_consecutive_same_step);
    add("evaluation.parallelism", config_.evaluation.parallelism);
    add("evaluation.timeout", config_.evaluation.timeout_ms);
  }

  std::vector<ConfigValue> take() { return std::move(values_); }

 private:
  void addSection(const std::string& backend, const OptionMap& options, const std::optional<PluginNote>& note) {
    for (const auto& [name, option] : options) {
      add(fmt::format("storage.{}.{}", backend, name), safeValue(option, findOption(note, name)), option.origin);
    }
  }

  /// What the backend takes where nothing is set.
  void addDefaults(const std::optional<PluginNote>& note) {
    if (!note) return;
    const auto& storage = config_.storage;
    const auto section = storage.sections.find(storage.backend);
    for (const auto& option : note->options) {
      const bool set = storage.shared.count(option.name) != 0 ||
                       (section != storage.sections.end() && section->second.count(option.name) != 0);
      if (set || !option.default_value) continue;
      const bool shared = option.name == "path" || option.name == "autoCreate";
      const auto prefix = shared ? std::string("storage.") : fmt::format("storage.{}.", storage.backend);
      add(prefix + option.name, option.secret ? Json(kMask) : defaultValue(option), Origin());
    }
  }

  const Config& config_;
  std::vector<ConfigValue> values_;
};

/// Variables for a backend, where nothing says which backend is meant. A variable changes none that it does not name.
void warnOfUnusedVariables(const StorageConfig& storage, std::vector<std::string>& warnings) {
  if (storage.backend_origin.source != Origin().source) return;
  for (const auto& [backend, options] : storage.sections) {
    if (backend == storage.backend) continue;
    for (const auto& [name, option] : options) {
      if (!option.origin.source.starts_with("variable ")) continue;
      warnings.push_back(
          fmt::format("{} is set, but the backend is '{}'; to use '{}', set storage.backend or TALLY_STORAGE_BACKEND",
                      option.origin.source, storage.backend, backend));
    }
  }
}

}  // namespace

std::string withoutPassword(const std::string& text) {
  const auto scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const auto at = text.rfind('@');
  const auto colon = text.find(':', scheme + 3);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return text;
  return text.substr(0, colon + 1) + kMask + text.substr(at);
}

std::vector<ConfigValue> configValues(const Config& config) {
  Collector collector(config);
  collector.addStorage();
  collector.addPlugins();
  collector.addPrograms();
  return collector.take();
}

std::vector<std::string> configWarnings(const Config& config) {
  std::vector<std::string> warnings;
  const auto& storage = config.storage;
  if (const auto note = noteOf(config, storage.backend)) {
    for (const auto& [name, option] : storage.shared) {
      if (findOption(note, name) != nullptr) continue;
      warnings.push_back(fmt::format("{}: storage.{} is not used by the backend '{}'", option.origin.toString(), name,
                                     storage.backend));
    }
  }
  warnOfUnusedVariables(storage, warnings);
  for (const auto& folder : config.plugins.search_path) {
    if (!std::filesystem::is_directory(folder)) {
      warnings.push_back(fmt::format("plugins.searchPath: {} is no folder", folder.string()));
    }
  }
  for (const auto& [backend, digest] : config.plugins.sha256) {
    if (!noteOf(config, backend)) {
      warnings.push_back(fmt::format("plugins.sha256: no usable plugin '{}' in any place", backend));
    }
  }
  return warnings;
}

}  // namespace tally::cli
