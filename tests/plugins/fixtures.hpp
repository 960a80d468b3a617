#pragma once
// Configurations that lead to the fixture plugins.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tally/config.hpp"

namespace tally::test {

inline std::filesystem::path fixtureFile(const std::string& folder, const std::string& name = "fixture") {
  return std::filesystem::path(TALLY_FIXTURES) / folder / ("libtally_" + name + ".so");
}

/// The backend `name` from one fixture folder, and no other place that holds one.
inline Config fixtureConfig(const std::string& folder, const std::string& name = "fixture") {
  Config config;
  config.base_dir = "/base";
  config.storage.backend = name;
  config.plugins.search_path = {std::filesystem::path(TALLY_FIXTURES) / folder};
  config.plugins.probe = PluginsConfig::Probe::Never;  // its helper stands beside the core library only
  return config;
}

inline std::string bytesOf(const std::filesystem::path& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return std::move(bytes).str();
}

inline void writeBytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace tally::test
