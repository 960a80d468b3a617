#include "config/overrides.hpp"

#include <algorithm>

#include "config/fail.hpp"
#include "config/names.hpp"
#include "config/scalar.hpp"
#include "config/variables.hpp"

namespace tally::config {
namespace {

struct Override {
  const char* variable;
  const char* key;
};

// The one place in the core where options of backends are named: variables that users of the original tool and of the
// services have set already. Of two for one key the later wins. Other options are reached by ${VAR} in the file.
constexpr Override kOverrides[] = {
    {"TALLY_STORAGE_BACKEND", "storage.backend"},
    {"TALLY_STORAGE_PATH", "storage.path"},
    {"TALLY_STORAGE_AUTO_CREATE", "storage.autoCreate"},
    {"REDIS_URL", "storage.redis.url"},
    {"TALLY_REDIS_URL", "storage.redis.url"},
    {"TALLY_REDIS_KEY_PREFIX", "storage.redis.keyPrefix"},
    {"TALLY_S2_BASIN", "storage.s2.basin"},
    {"S2_ACCESS_TOKEN", "storage.s2.accessToken"},
    {"TALLY_S2_ACCESS_TOKEN", "storage.s2.accessToken"},
    {"TALLY_DEFAULT_MODEL", "defaults.model"},
    {"TALLY_DEFAULT_TEMPERATURE", "defaults.temperature"},
    {"TALLY_DEFAULT_MAX_RETRIES", "defaults.maxRetries"},
    {"TALLY_MAX_TURNS", "trajectories.maxTurns"},
    {"TALLY_GENERATE_LOGS", "trajectories.generateLogs"},
    {"TALLY_MAX_CONSECUTIVE_SAME_STEP", "trajectories.loopDetection.maxConsecutiveSameStep"},
    {"TALLY_EVALUATION_PARALLELISM", "evaluation.parallelism"},
    {"TALLY_EVALUATION_TIMEOUT", "evaluation.timeout"},
};

YamlNode& child(YamlNode& map, std::string_view key, const Origin& origin) {
  if (YamlNode* found = map.find(key)) return *found;
  YamlNode made;
  made.key = key;
  made.key_origin = origin;
  made.origin = origin;
  return map.children.emplace_back(std::move(made));
}

void becomeMap(YamlNode& node, std::string_view dotted_key, const Origin& origin) {
  if (node.kind == YamlNode::Kind::Null) node.kind = YamlNode::Kind::Map;
  if (node.kind == YamlNode::Kind::Map) return;
  fail(ErrorCode::InvalidConfig, origin,
       "'" + printable(dotted_key) + "' can't be set, since '" + printable(node.key) + "' is not a map (" +
           node.origin.toString() + ")");
}

}  // namespace

void applyEnvironment(YamlNode& tree, const ConfigSource::Environment& environment) {
  for (const auto& [variable, key] : kOverrides)
    if (const auto value = lookUp(environment, variable))
      applyOverride(tree, key, *value, {"variable " + std::string(variable)});
}

void applyOverride(YamlNode& tree, std::string_view dotted_key, const std::string& text, const Origin& origin) {
  if (std::count(dotted_key.begin(), dotted_key.end(), '.') >= static_cast<std::ptrdiff_t>(kMaxDepth))
    fail(ErrorCode::InvalidConfig, origin, "'" + printable(dotted_key) + "' has too many parts");
  YamlNode* node = &tree;
  for (std::string_view rest = dotted_key;;) {
    const std::size_t dot = rest.find('.');
    becomeMap(*node, dotted_key, origin);
    node = &child(*node, rest.substr(0, dot), origin);
    if (dot == rest.npos) break;
    rest.remove_prefix(dot + 1);
  }
  node->kind = isNull(text) ? YamlNode::Kind::Null : YamlNode::Kind::Scalar;
  node->text = text;
  node->quoted = false;
  node->verbatim = true;
  node->origin = origin;
  node->key_origin = origin;
  node->children.clear();
}

}  // namespace tally::config
