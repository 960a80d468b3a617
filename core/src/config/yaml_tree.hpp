#pragma once
// A YAML document as a tree that remembers where each value was written. The only way to the YAML library.

#include <string>
#include <string_view>
#include <vector>

#include "tally/config.hpp"

namespace tally::config {

/// How deep maps and lists may be nested.
inline constexpr std::size_t kMaxDepth = 32;

/// A value, with the key it stands under.
struct YamlNode {
  enum class Kind { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  std::string key;                 ///< in a map
  Origin key_origin;               ///< where the key stands
  std::string text;                ///< of a scalar, without its quotes
  bool quoted = false;             ///< the scalar is text, whatever it looks like
  bool verbatim = false;           ///< not written in a file: a `$` in it has no meaning
  Origin origin;                   ///< where the value begins
  std::vector<YamlNode> children;  ///< entries of a list or map, in their order

  /// The entry of a map, or null.
  YamlNode* find(std::string_view name);
};

/// Parse one document. Empty text is Null. Aliases and merge keys (`<<`) are resolved by copying; variables are not
/// replaced yet. Keys of a map are unique.
/// Errors: ConfigSyntax with line and column: not YAML, a second document, a key given twice, a key that is not text,
/// an unknown tag, an alias inside its own value, deeper than kMaxDepth, or too many values or bytes after copying.
YamlNode parseYaml(std::string_view text, const std::string& file_name);

}  // namespace tally::config
