#pragma once
// ${VAR} and ${VAR:-default} inside the values of a configuration file.

#include <optional>
#include <string>
#include <string_view>

#include "config/yaml_tree.hpp"
#include "tally/config.hpp"

namespace tally::config {

/// The value of a variable; an empty one counts as not set.
/// Errors: InvalidConfig when it is not UTF-8.
std::optional<std::string> lookUp(const ConfigSource::Environment& environment, const std::string& name);

/// `text` with its variables replaced and `$$` made `$`. What a variable holds is not looked at again.
/// Errors: ConfigUnsetVariable; ConfigSyntax for `${` without an end or without a proper name.
std::string expandVariables(std::string_view text, const ConfigSource::Environment& environment, const Origin& where);

/// Replace the variables in every scalar of the tree that was written in a file. Keys stay as they are.
void expandTree(YamlNode& node, const ConfigSource::Environment& environment);

}  // namespace tally::config
