#pragma once
// The plugins of this process: those linked into the program, and those loaded from files. They stay for its life.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plugins/load/loaded_plugin.hpp"
#include "tally/call.hpp"

namespace tally::plugins {

/// The registry, held: nobody else looks or loads while this lives, so a plugin is loaded and initialised once.
class Registry {
 public:
  /// Errors: Timeout and Cancelled of the call; Closed in a child that was forked while another thread held it.
  static Registry lock(const Call& call = {});

  /// The linked-in plugin of that name, or null.
  std::shared_ptr<LoadedPlugin> linkedIn(const std::string& name) const;
  std::vector<std::shared_ptr<LoadedPlugin>> linkedIn() const;
  /// The plugin that a file stands for: loaded from that file under any name, or from an older one of that name, for
  /// the dynamic linker opens no path twice. A copy has a path of its own, and counts if it came to life.
  std::shared_ptr<LoadedPlugin> loadedFrom(const PluginSource& source) const;

  void add(std::shared_ptr<LoadedPlugin> loaded);
  /// Errors: InvalidArgument if one of that name is linked in already.
  void addLinkedIn(std::shared_ptr<LoadedPlugin> plugin);

  /// Errors: Closed after shutdown().
  void checkUsable() const;
  /// Shut all plugins down, for good. Errors: InvalidArgument while one is in use, and then nothing happened.
  void shutdown();

 private:
  struct Content;
  static Content& content();
  explicit Registry(const Call& call);

  Content& content_;
  std::unique_lock<std::timed_mutex> held_;
};

}  // namespace tally::plugins
