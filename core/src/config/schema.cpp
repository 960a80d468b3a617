#include "config/schema.hpp"

#include <algorithm>

#include "config/fail.hpp"
#include "config/map_reader.hpp"
#include "config/names.hpp"
#include "config/paths.hpp"
#include "config/text.hpp"

namespace tally::config {
namespace {

template <typename Value>
struct Choice {
  std::string_view word;
  Value value;
};

constexpr Choice<PluginsConfig::Pin> kPins[] = {{"normal", PluginsConfig::Pin::Normal},
                                                {"strict", PluginsConfig::Pin::Strict}};
constexpr Choice<PluginsConfig::Probe> kProbes[] = {{"first", PluginsConfig::Probe::First},
                                                    {"always", PluginsConfig::Probe::Always},
                                                    {"never", PluginsConfig::Probe::Never}};
constexpr Choice<bool> kTrusts[] = {{"normal", false}, {"relaxed", true}};

void readPins(MapReader pins, PluginsConfig& plugins) {
  for (const YamlNode* entry : pins.others()) {
    if (!isBackendName(entry->key))
      fail(ErrorCode::InvalidConfig, entry->key_origin,
           pins.pathOf(printable(entry->key)) + ": the name of a backend is " + std::string(kBackendNameRule));
    const YamlNode* digits = pins.scalar(entry->key, kSha256Rule);
    if (digits == nullptr) continue;
    const std::string lower = lowerCase(digits->text);
    if (!isSha256(lower)) pins.refuse(*digits, kSha256Rule);
    plugins.sha256.emplace(entry->key, lower);
  }
}

void readSearchPath(MapReader& section, const Config& config, PluginsConfig& plugins) {
  const YamlNode* node = section.any("searchPath");
  if (node == nullptr) return;
  if (node->kind == YamlNode::Kind::Map) section.refuse(*node, "a list of folders");
  const auto add = [&](const YamlNode& folder) {
    if (folder.kind != YamlNode::Kind::Scalar || folder.text.empty())
      fail(ErrorCode::InvalidConfig, folder.origin, "plugins.searchPath: an entry is not the name of a folder");
    plugins.search_path.push_back(absolutePath(folder, "plugins.searchPath", config.base_dir));
  };
  if (node->kind == YamlNode::Kind::Scalar) return add(*node);
  std::for_each(node->children.begin(), node->children.end(), add);
}

// One of a few words, for instance "normal or strict".
template <typename Value, std::size_t kCount>
void readChoice(MapReader& section, std::string_view key, const Choice<Value> (&choices)[kCount], Value& target) {
  std::string expected;
  for (std::size_t i = 0; i < kCount; ++i) {
    expected += (i == 0 ? "" : i + 1 < kCount ? ", " : " or ") + std::string(choices[i].word);
  }
  const YamlNode* const node = section.scalar(key, expected);
  if (node == nullptr) return;
  const auto* const chosen = std::find_if(choices, choices + kCount, [&](auto& c) { return c.word == node->text; });
  if (chosen == choices + kCount) section.refuse(*node, expected);
  target = chosen->value;
}

void readPlugins(MapReader section, const Config& config, PluginsConfig& plugins) {
  readSearchPath(section, config, plugins);
  readPins(section.map("sha256"), plugins);
  readChoice(section, "pin", kPins, plugins.pin);
  readChoice(section, "probe", kProbes, plugins.probe);
  readChoice(section, "trust", kTrusts, plugins.relaxed_trust);
  section.flag("allowUserDir", plugins.allow_user_dir);
  section.refuseOthers();
}

void readDefaults(MapReader section, DefaultsConfig& defaults) {
  if (const YamlNode* model = section.scalar("model", "text")) defaults.model = model->text;
  section.number("temperature", 0, 2, defaults.temperature);
  section.integer("maxRetries", 0, defaults.max_retries);
  section.refuseOthers();
}

void readTrajectories(MapReader section, TrajectoriesConfig& trajectories) {
  section.integer("maxTurns", 1, trajectories.max_turns);
  section.flag("generateLogs", trajectories.generate_logs);
  MapReader loop_detection = section.map("loopDetection");
  loop_detection.integer("maxConsecutiveSameStep", 1, trajectories.max_consecutive_same_step);
  loop_detection.refuseOthers();
  section.refuseOthers();
}

void readEvaluation(MapReader section, EvaluationConfig& evaluation) {
  section.integer("parallelism", 1, evaluation.parallelism);
  section.integer("timeout", 0, evaluation.timeout_ms);
  section.refuseOthers();
}

}  // namespace

void readTree(const YamlNode& tree, Config& config) {
  MapReader top(&tree, "", config.origins);
  readStorage(top.map("storage"), config);
  readPlugins(top.map("plugins"), config, config.plugins);
  readDefaults(top.map("defaults"), config.defaults);
  readTrajectories(top.map("trajectories"), config.trajectories);
  readEvaluation(top.map("evaluation"), config.evaluation);
  top.refuseOthers();
}

}  // namespace tally::config

namespace tally {

std::string_view nameOf(PluginsConfig::Pin pin) noexcept {
  return pin == PluginsConfig::Pin::Strict ? "strict" : "normal";
}

std::string_view nameOf(PluginsConfig::Probe probe) noexcept {
  switch (probe) {
    case PluginsConfig::Probe::First: return "first";
    case PluginsConfig::Probe::Always: return "always";
    case PluginsConfig::Probe::Never: return "never";
  }
  return "first";
}

}  // namespace tally
