#include "plugins/plugin_loader.hpp"

#include <sys/stat.h>

#include <map>
#include <mutex>

#include "plugins/call_frame.hpp"
#include "plugins/elf_file.hpp"
#include "plugins/error_convert.hpp"
#include "plugins/file_hash.hpp"
#include "plugins/path_trust.hpp"
#include "plugins/plugin_note.hpp"
#include "plugins/plugin_options.hpp"
#include "plugins/plugin_search.hpp"
#include "plugins/plugin_storage.hpp"
#include "plugins/static_plugins.hpp"
#include "tally/create_storage.hpp"

namespace tally::plugins {
namespace {

using FileIdentity = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

struct Library {
  std::mutex mutex;
  std::vector<std::shared_ptr<LoadedPlugin>> linked_in;
  std::map<FileIdentity, std::shared_ptr<LoadedPlugin>> loaded;
};

// Never destroyed: plugins stay for the life of the process.
Library& library() {
  static auto& all = *new Library;
  return all;
}

void checkTrust(const Config& config, const std::filesystem::path& file, const StepObserver& observe) {
  if (config.plugins.relaxed_trust) return observe("trust", "not checked: plugins.trust is relaxed");
  if (const auto why = distrust(file)) {
    throw Error(ErrorCode::PluginUntrustedPath,
                *why +
                    ", so somebody else could change the plugin. Take the right away (chmod go-w), or set "
                    "plugins.trust: relaxed on a machine of your own");
  }
  observe("trust", "owner and modes are fine");
}

void checkPin(const Config& config, const PluginNote& note, const ElfFile& file, const StepObserver& observe) {
  const auto pin = config.plugins.sha256.find(note.name);
  if (pin == config.plugins.sha256.end()) return observe("pin", "none set");
  const std::string hash = sha256(file.descriptor());
  if (hash != pin->second) {
    throw Error(ErrorCode::PluginHashMismatch, "plugins.sha256." + note.name + " is " + pin->second +
                                                   ", but the file has " + hash + ": not the file that was pinned");
  }
  observe("pin", hash);
}

PluginNote examineOpen(const Config& config, const std::filesystem::path& path, const ElfFile& file,
                       const std::string& expected_name, const StepObserver& observe) {
  checkTrust(config, path, observe);
  const std::string text = file.noteText();
  observe("file", "a whole shared library of " + std::to_string(file.size()) + " bytes");
  PluginNote note = parseNote(text);
  checkNote(note, expected_name);
  observe("note", note.name + " " + note.version + ", plugin interface " + std::to_string(note.abi_major) + "." +
                      std::to_string(note.abi_minor));
  checkPin(config, note, file, observe);
  return note;
}

void checkStillTheSame(const std::filesystem::path& path, const ElfFile& file) {
  struct stat now {};
  if (::stat(path.c_str(), &now) == 0 && now.st_dev == file.device() && now.st_ino == file.inode()) return;
  throw Error(ErrorCode::PluginHashMismatch, "the file was replaced while it was being loaded: try again");
}

std::shared_ptr<LoadedPlugin> loadFile(const Config& config, const std::filesystem::path& path,
                                       const std::string& backend, const StepObserver& observe) {
  const ElfFile file(path);
  const PluginNote note = examineOpen(config, path, file, backend, observe);
  auto& known = library().loaded[{file.device(), file.inode()}];
  if (known) {
    observe("open", "already in the process");
    return known;
  }
  auto plugin = std::make_shared<LoadedPlugin>(path, note);
  checkStillTheSame(path, file);
  observe("open", "loaded, exports " TALLY_PLUGIN_ENTRY ", descriptor agrees with the note");
  plugin->init();
  observe("init", "done");
  known = plugin;
  return plugin;
}

}  // namespace

PluginNote examine(const Config& config, const std::filesystem::path& file, const std::string& expected_name,
                   const StepObserver& observe) {
  return examineOpen(config, file, ElfFile(file), expected_name, observe);
}

std::vector<std::shared_ptr<LoadedPlugin>> staticPlugins() {
  const std::lock_guard lock(library().mutex);
  return library().linked_in;
}

std::shared_ptr<LoadedPlugin> loadPlugin(const Config& config, const std::string& backend,
                                         const StepObserver& observe) {
  for (const auto& plugin : staticPlugins()) {
    if (plugin->name() != backend) continue;
    observe("find", "linked into the program");
    const std::lock_guard lock(library().mutex);
    plugin->init();
    observe("init", "done");
    return plugin;
  }
  const Found found = findPlugin(config, backend);
  observe("find", found.path.string() + " (" + found.place + ")");
  try {
    const std::lock_guard lock(library().mutex);
    return loadFile(config, found.path, backend, observe);
  } catch (Error& error) {
    throw error.at("plugin", "load", found.path.string());
  }
}

std::unique_ptr<IStorage> openStorage(const Config& config, std::shared_ptr<LoadedPlugin> plugin, const Call& call,
                                      const StepObserver& observe) {
  const PluginOptions options(config, plugin->note());
  std::string ignored;
  for (const std::string& name : options.unused()) ignored += (ignored.empty() ? "; not used: " : ", ") + name;
  observe("options", std::to_string(plugin->note().options.size()) + " published, all fine" + ignored);
  const CallFrame frame(call);
  tally_storage opened{};
  opened.struct_size = TALLY_END_OF(tally_storage, ops);
  tally_error error;
  prepare(error);
  const std::int32_t code = plugin->factory().create(options.view(), frame.view(), &opened, &error);
  if (code != TALLY_OK) throw toError(code, error).at(plugin->name(), "open", {});
  auto storage = std::make_unique<PluginStorage>(std::move(plugin), opened);
  observe("create", "a storage is open");
  return storage;
}

}  // namespace tally::plugins

namespace tally {

void addStaticPlugin(tally_plugin_entry entry) {
  auto plugin = std::make_shared<plugins::LoadedPlugin>(entry);
  auto& library = plugins::library();
  const std::lock_guard lock(library.mutex);
  for (const auto& known : library.linked_in) {
    if (known->name() != plugin->name()) continue;
    throw Error(ErrorCode::InvalidArgument, "the backend '" + plugin->name() + "' is linked in already");
  }
  library.linked_in.push_back(std::move(plugin));
}

void shutdownPlugins() {
  auto& library = plugins::library();
  const std::lock_guard lock(library.mutex);
  std::vector<std::shared_ptr<plugins::LoadedPlugin>> all = library.linked_in;
  for (const auto& [identity, plugin] : library.loaded) all.push_back(plugin);
  for (const auto& plugin : all) {
    if (plugin->open_storages == 0) continue;
    throw Error(ErrorCode::InvalidArgument, "a storage of '" + plugin->name() + "' is still open");
  }
  for (const auto& plugin : all) plugin->shutdown();
}

std::unique_ptr<IStorage> createStorage(const Config& config, const Call& call) {
  const auto quiet = [](const char*, const std::string&) {};
  return plugins::openStorage(config, plugins::loadPlugin(config, config.storage.backend, quiet), call, quiet);
}

}  // namespace tally
