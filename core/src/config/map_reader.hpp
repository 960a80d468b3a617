#pragma once
// Takes the known keys out of one map of the tree, checked, and refuses whatever is left.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/yaml_tree.hpp"
#include "tally/config.hpp"

namespace tally::config {

using Origins = std::map<std::string, Origin>;

/// Every method that takes a key makes it a known one, notes the origin of a value that is set, and returns the value,
/// or null when it is not set: then targets keep their defaults. A key without a value counts as not set.
/// The tree and the origins outlive the reader.
/// Errors: InvalidConfig with place, key, what was found and what is expected.
class MapReader {
 public:
  /// `node` may be null: nothing is set. `path` is the dotted key of the map, empty for the whole file.
  MapReader(const YamlNode* node, std::string path, Origins& origins);

  const YamlNode* flag(std::string_view key, bool& target);
  const YamlNode* integer(std::string_view key, std::int64_t minimum, std::int64_t& target);
  const YamlNode* number(std::string_view key, double minimum, double maximum, double& target);
  /// One value of any type; its text is as written. `expected` is for the message when it is a list or map.
  const YamlNode* scalar(std::string_view key, std::string_view expected);
  MapReader map(std::string_view key);
  /// A value of any kind.
  const YamlNode* any(std::string_view key);

  /// Entries whose keys are not known (yet).
  std::vector<const YamlNode*> others() const;
  /// Errors: ConfigUnknownKey for the first of others(). `also` says what else could stand here.
  void refuseOthers(std::string_view also = {}) const;

  std::string pathOf(std::string_view key) const;
  [[noreturn]] void refuse(const YamlNode& value, std::string_view expected) const;

 private:
  [[noreturn]] void refuseKey(const YamlNode& entry, std::string_view also) const;

  const YamlNode* node_;
  std::string path_;
  Origins& origins_;
  std::map<std::string_view, const YamlNode*> entries_;  // of node_, by key
  std::set<std::string, std::less<>> known_;
};

}  // namespace tally::config
