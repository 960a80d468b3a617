#include "tally/create_storage.hpp"

#include "plugins/plugin_loader.hpp"
#include "plugins/registry.hpp"
#include "tally/error.hpp"

namespace tally {

std::unique_ptr<IStorage> createStorage(const Config& config, const Call& call) {
  const auto quiet = [](const char*, const std::string&) {};
  return plugins::openStorage(config, plugins::loadPlugin(config, config.storage.backend, quiet), call, quiet);
}

void addStaticPlugin(tally_plugin_entry entry) {
  auto plugin = std::make_shared<plugins::LoadedPlugin>(entry);
  plugins::Registry::lock().addLinkedIn(std::move(plugin));
}

void shutdownPlugins() {
  const auto registry = plugins::Registry::lock();
  const auto all = registry.all();
  for (const auto& plugin : all) {
    if (plugin->open_storages == 0) continue;
    throw Error(ErrorCode::InvalidArgument, "a storage of '" + plugin->name() + "' is still open");
  }
  for (const auto& plugin : all) plugin->shutdown();
}

}  // namespace tally
