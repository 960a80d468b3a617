#pragma once
// The plugins of this process: those linked into the program, and those loaded from files. They stay for its life.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plugins/loaded_plugin.hpp"

namespace tally::plugins {

/// The registry, held: nobody else looks or loads while this lives, so a plugin is loaded and initialised once.
class Registry {
 public:
  static Registry lock();

  /// The linked-in plugin of that name, or null.
  std::shared_ptr<LoadedPlugin> linkedIn(const std::string& name) const;
  std::vector<std::shared_ptr<LoadedPlugin>> linkedIn() const;
  /// The plugin that a file stands for: loaded from that file under any name, or from an older one of that name.
  std::shared_ptr<LoadedPlugin> loadedFrom(const PluginSource& source) const;

  void add(std::shared_ptr<LoadedPlugin> loaded);
  /// Errors: InvalidArgument if one of that name is linked in already.
  void addLinkedIn(std::shared_ptr<LoadedPlugin> plugin);
  std::vector<std::shared_ptr<LoadedPlugin>> all() const;

 private:
  struct Content;
  explicit Registry(Content& content);
  Content& content_;
  std::unique_lock<std::mutex> held_;
};

}  // namespace tally::plugins
