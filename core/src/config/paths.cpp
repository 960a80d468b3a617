#include "config/paths.hpp"

#include "config/fail.hpp"
#include "config/names.hpp"

namespace tally::config {

std::filesystem::path absolutePath(const YamlNode& node, const std::string& key,
                                   const std::filesystem::path& base_dir) {
  if (node.text.starts_with('~'))
    fail(ErrorCode::InvalidConfig, node.origin,
         key + " is " + shownValue(key, node.text) + ", and '~' is not expanded here; write ${HOME} instead");
  return (base_dir / node.text).lexically_normal();
}

}  // namespace tally::config
