#include "config/schema.hpp"

#include <algorithm>

#include "config/fail.hpp"
#include "config/map_reader.hpp"
#include "config/names.hpp"
#include "config/paths.hpp"
#include "config/text.hpp"

namespace tally::config {
namespace {

bool isSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

void readPins(MapReader pins, PluginsConfig& plugins) {
  for (const YamlNode* entry : pins.others()) {
    if (!isBackendName(entry->key))
      fail(ErrorCode::InvalidConfig, entry->key_origin,
           pins.pathOf(printable(entry->key)) + ": the name of a backend is " + std::string(kBackendNameRule));
    constexpr std::string_view kExpected = "the 64 hexadecimal digits that sha256sum prints";
    const YamlNode* digits = pins.scalar(entry->key, kExpected);
    if (digits == nullptr) continue;
    const std::string lower = lowerCase(digits->text);
    if (!isSha256(lower)) pins.refuse(*digits, kExpected);
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

void readPlugins(MapReader section, const Config& config, PluginsConfig& plugins) {
  readSearchPath(section, config, plugins);
  readPins(section.map("sha256"), plugins);
  section.flag("allowUserDir", plugins.allow_user_dir);
  constexpr std::string_view kLevels = "normal or relaxed";
  if (const YamlNode* trust = section.scalar("trust", kLevels)) {
    plugins.relaxed_trust = trust->text == "relaxed";
    if (!plugins.relaxed_trust && trust->text != "normal") section.refuse(*trust, kLevels);
  }
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
