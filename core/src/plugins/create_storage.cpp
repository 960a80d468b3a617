#include "tally/create_storage.hpp"

#include "plugins/load/registry.hpp"
#include "plugins/plugin_loader.hpp"

namespace tally {

std::unique_ptr<IStorage> createStorage(const Config& config, const Call& call) {
  const auto quiet = [](const char*, const std::string&) {};
  return plugins::openStorage(config, plugins::loadPlugin(config, config.storage.backend, quiet, call), call, quiet);
}

void addStaticPlugin(tally_plugin_entry entry) {
  auto plugin = std::make_shared<plugins::LoadedPlugin>(entry);
  plugins::Registry::lock().addLinkedIn(std::move(plugin));
}

void shutdownPlugins() { plugins::Registry::lock().shutdown(); }

}  // namespace tally
