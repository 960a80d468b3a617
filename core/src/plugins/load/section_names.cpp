#include "plugins/load/section_names.hpp"

#include <algorithm>

#include "plugins/load/plugin_search.hpp"

namespace tally::plugins {
namespace {

// What a section of the file may have been meant to be.
std::vector<std::string> unusedNames(const Config& config) {
  std::vector<std::string> names;
  if (config.origins.count("storage." + config.storage.backend) == 0) names.push_back(config.storage.backend);
  if (config.storage.plugin_path.empty()) names.emplace_back("plugin");
  return names;
}

bool canBeSeen(const Config& config, const std::string& backend) {
  const auto names = visibleNames(config);
  return std::find(names.begin(), names.end(), backend) != names.end();
}

}  // namespace

void refuseMisspeltSections(const Config& config) {
  const auto meant = unusedNames(config);
  for (const auto& [name, options] : config.storage.sections) {
    const auto origin = config.origins.find("storage." + name);
    if (name == config.storage.backend || origin == config.origins.end()) continue;
    const std::string near = nearestName(name, meant);
    if (near.empty() || canBeSeen(config, name)) continue;
    std::string why = origin->second.toString();
    why.append(": unknown key 'storage.").append(name).append("'; did you mean '").append(near);
    why.append("'? The backend is '").append(config.storage.backend);
    why.append("', and there is no plugin '").append(name).append("'");
    throw Error(ErrorCode::ConfigUnknownKey, why);
  }
}

}  // namespace tally::plugins
