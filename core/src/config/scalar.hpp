#pragma once
// The type of a plain scalar, by the core schema of YAML 1.2: `yes` is text, `0123` is 123, `0x1F` is 31.

#include <string>

#include "config/yaml_tree.hpp"
#include "tally/config.hpp"

namespace tally::config {

/// What means "not set": nothing, `~` or `null`.
bool isNull(std::string_view plain) noexcept;

/// The value of a plain scalar. A number that does not fit its type stays text.
decltype(OptionValue::value) typedValue(const std::string& plain);

/// A Null or Scalar node as a value.
decltype(OptionValue::value) typedValue(const YamlNode& node);

}  // namespace tally::config
