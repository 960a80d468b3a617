#include "config/parse_config.hpp"

#include "config/fail.hpp"
#include "config/overrides.hpp"
#include "config/schema.hpp"
#include "config/text.hpp"
#include "config/variables.hpp"
#include "config/yaml_tree.hpp"

namespace tally::config {

Config parseConfig(std::string_view text, const ParseInput& input) {
  YamlNode tree = parseYaml(checkedText(text, input.file_name), input.file_name);
  if (tree.kind != YamlNode::Kind::Map && tree.kind != YamlNode::Kind::Null)
    fail(ErrorCode::InvalidConfig, tree.origin, "expected keys like 'storage:' at the top of the file");
  // Before variables are replaced: a value that is overridden needs none of its own.
  applyEnvironment(tree, input.environment);
  for (const auto& [key, value] : input.overrides) applyOverride(tree, key, value, {"option"});
  expandTree(tree, input.environment);

  Config config;
  config.base_dir = input.base_dir;
  readTree(tree, config);
  return config;
}

}  // namespace tally::config
