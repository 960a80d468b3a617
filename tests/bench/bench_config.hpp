#pragma once
// Storages under measurement.

#include <memory>
#include <string>

#include "tally/create_storage.hpp"

namespace tally::bench {

inline std::unique_ptr<IStorage> openMemoryPlugin() {
  Config config;
  config.storage.backend = "memory";
  config.plugins.search_path = {TALLY_EXAMPLES_DIR};
  config.plugins.relaxed_trust = true;
  return createStorage(config);
}

inline Config localConfig(const std::string& root, const std::string& durability) {
  Config config;
  config.base_dir = "/";
  config.plugins.search_path = {TALLY_PLUGINS_DIR};
  config.plugins.relaxed_trust = true;
  config.storage.shared["path"].value = root;
  config.storage.sections["local"]["durability"].value = durability;
  return config;
}

}  // namespace tally::bench
