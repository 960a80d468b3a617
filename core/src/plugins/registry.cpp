#include "plugins/registry.hpp"

#include "tally/error.hpp"

namespace tally::plugins {

struct Registry::Content {
  std::mutex mutex;
  std::vector<std::shared_ptr<LoadedPlugin>> linked_in, loaded;
};

Registry::Registry(Content& content) : content_(content), held_(content.mutex) {}

Registry Registry::lock() {
  // Never destroyed: threads of plugins may outlive main.
  static auto& content = *new Content;
  return Registry(content);
}

std::shared_ptr<LoadedPlugin> Registry::linkedIn(const std::string& name) const {
  for (const auto& plugin : content_.linked_in) {
    if (plugin->name() == name) return plugin;
  }
  return nullptr;
}

std::vector<std::shared_ptr<LoadedPlugin>> Registry::linkedIn() const { return content_.linked_in; }

std::shared_ptr<LoadedPlugin> Registry::loadedFrom(const PluginSource& source) const {
  for (const auto& plugin : content_.loaded) {
    if (plugin->source().isFile(source.state) || plugin->source().path == source.path) return plugin;
  }
  return nullptr;
}

void Registry::add(std::shared_ptr<LoadedPlugin> loaded) { content_.loaded.push_back(std::move(loaded)); }

void Registry::addLinkedIn(std::shared_ptr<LoadedPlugin> plugin) {
  if (linkedIn(plugin->name()) != nullptr) {
    throw Error(ErrorCode::InvalidArgument, "the backend '" + plugin->name() + "' is linked in already");
  }
  content_.linked_in.push_back(std::move(plugin));
}

std::vector<std::shared_ptr<LoadedPlugin>> Registry::all() const {
  auto all = content_.linked_in;
  all.insert(all.end(), content_.loaded.begin(), content_.loaded.end());
  return all;
}

}  // namespace tally::plugins
