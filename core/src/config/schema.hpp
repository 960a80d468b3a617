#pragma once
// The keys of tally.yaml: one function a section. Adding a key? Also config/tally.yaml and config/README.md.

#include "config/map_reader.hpp"
#include "tally/config.hpp"

namespace tally::config {

/// Read every section of the tree into `config`, whose `base_dir` is set already.
/// Errors: ConfigUnknownKey, InvalidConfig.
void readTree(const YamlNode& tree, Config& config);

/// The `storage` section. What belongs to a backend is typed and handed on; only its plugin knows the options.
void readStorage(MapReader section, Config& config);

}  // namespace tally::config
