#pragma once
// Single values that win over the file: first the environment's, then the caller's.

#include "config/yaml_tree.hpp"
#include "tally/config.hpp"

namespace tally::config {

/// Put the values of the documented variables into the tree. Each touches exactly one key.
void applyEnvironment(YamlNode& tree, const ConfigSource::Environment& environment);

/// Put `text`, typed like a plain scalar, at a dotted key. Maps on the way are made where they are missing.
/// Errors: InvalidConfig when a part of the key stands for something else than a map, or the key is too deep.
void applyOverride(YamlNode& tree, std::string_view dotted_key, const std::string& text, const Origin& origin);

}  // namespace tally::config
