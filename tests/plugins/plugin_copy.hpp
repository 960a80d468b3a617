#pragma once
// A fixture plugin copied to a folder of its own, so that a test may change it and what stands beside it.

#include "plugins/fixtures.hpp"
#include "support/temp_dir.hpp"

namespace tally::test {

struct PluginCopy {
  explicit PluginCopy(const std::string& folder, const std::string& name = "fixture") : name(name) {
    file = dir.path() / ("libtally_" + name + ".so");
    writeBytes(file, bytesOf(fixtureFile(folder, name)));
    config.base_dir = "/base";
    config.storage.backend = name;
    config.plugins.search_path = {dir.path()};
    config.plugins.probe = PluginsConfig::Probe::Never;
  }
  std::filesystem::path manifest() const { return dir.path() / (name + ".plugin.yaml"); }

  TempDir dir;
  std::string name;
  std::filesystem::path file;
  Config config;
};

}  // namespace tally::test
