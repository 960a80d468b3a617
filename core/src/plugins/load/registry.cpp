#include "plugins/load/registry.hpp"

#include <pthread.h>

#include <chrono>

#include "plugins/boundary/call_lock.hpp"
#include "tally/error.hpp"

namespace tally::plugins {

namespace {
thread_local bool taken_for_fork = false;
}  // namespace

struct Registry::Content {
  std::timed_mutex mutex;
  std::vector<std::shared_ptr<LoadedPlugin>> linked_in, loaded;
  bool shut_down = false;
  bool lost = false;  // in a forked child: the mutex is held by a thread that is not there

  // A short look by another thread is waited for; a load, which may take seconds, is not.
  void beforeFork() { taken_for_fork = tryLockFor(mutex, std::chrono::milliseconds(100)); }
  void afterFork() {
    if (taken_for_fork) mutex.unlock();
  }
  void inChild() {
    lost = lost || !taken_for_fork;
    afterFork();
  }

  Content();
};

Registry::Content& Registry::content() {
  // Never destroyed: threads of plugins may outlive main.
  static auto& content = *new Content;
  return content;
}

Registry::Content::Content() {
  ::pthread_atfork([] { content().beforeFork(); }, [] { content().afterFork(); }, [] { content().inChild(); });
}

Registry::Registry(const Call& call) : content_(content()) {
  if (content_.lost) {
    throw Error(ErrorCode::Closed,
                "this process was forked while another thread was loading a plugin, and can load none: load before "
                "forking, or run a program in the child");
  }
  held_ = lockFor(content_.mutex, call);
}

Registry Registry::lock(const Call& call) { return Registry(call); }

std::shared_ptr<LoadedPlugin> Registry::linkedIn(const std::string& name) const {
  for (const auto& plugin : content_.linked_in) {
    if (plugin->name() == name) return plugin;
  }
  return nullptr;
}

std::vector<std::shared_ptr<LoadedPlugin>> Registry::linkedIn() const { return content_.linked_in; }

std::shared_ptr<LoadedPlugin> Registry::loadedFrom(const PluginSource& source) const {
  for (const auto& plugin : content_.loaded) {
    if (plugin->source().isFile(source.state)) return plugin;
    const bool stays = plugin->initialised() || !plugin->source().copied;
    if (stays && plugin->source().path == source.path) return plugin;
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

void Registry::checkUsable() const {
  if (content_.shut_down) throw Error(ErrorCode::Closed, "the plugins of this process were shut down, for good");
}

void Registry::shutdown() {
  auto all = content_.linked_in;
  all.insert(all.end(), content_.loaded.begin(), content_.loaded.end());
  for (const auto& plugin : all) {
    if (!plugin->inUse()) continue;
    throw Error(ErrorCode::InvalidArgument, "a storage of '" + plugin->name() + "' is still open");
  }
  content_.shut_down = true;
  for (const auto& plugin : all) plugin->shutdown();
}

}  // namespace tally::plugins
