#include "plugins/plugin_loader.hpp"

#include <sys/stat.h>

#include "plugins/call_frame.hpp"
#include "plugins/elf_file.hpp"
#include "plugins/error_convert.hpp"
#include "plugins/host_services.hpp"
#include "plugins/line_views.hpp"
#include "plugins/plugin_options.hpp"
#include "plugins/plugin_probe.hpp"
#include "plugins/plugin_search.hpp"
#include "plugins/plugin_storage.hpp"
#include "plugins/probe_memory.hpp"
#include "plugins/registry.hpp"
#include "plugins/sealed_copy.hpp"

namespace tally::plugins {
namespace {

std::filesystem::path realPath(const std::filesystem::path& path) {
  std::error_code failed;
  auto real = std::filesystem::canonical(path, failed);
  return failed ? path : real;
}

void checkStillTheSame(const std::filesystem::path& path, const ElfFile& file) {
  struct stat now {};
  if (::stat(path.c_str(), &now) == 0 && FileState::of(now) == file.state()) return;
  throw Error(ErrorCode::PluginHashMismatch, "the file was changed while it was being loaded: try again");
}

void tryFirst(const Config& config, const std::filesystem::path& target, const FileState& state,
              const StepObserver& observe) {
  using Probe = PluginsConfig::Probe;
  if (config.plugins.probe == Probe::Never) return observe("probe", "not asked for: plugins.probe is never");
  const ProbeMemory memory(state);
  if (config.plugins.probe == Probe::First && memory.survived()) return observe("probe", "survived one before");
  probe(target);
  memory.remember();
  observe("probe", "survived in a child process");
}

// What the dynamic linker is to open: the file itself, or a sealed copy of it with the same pins.
struct Target {
  std::filesystem::path path;
  std::unique_ptr<SealedCopy> copy;
};

Target pinned(const Config& config, const ElfFile& file, const std::filesystem::path& path, const Examined& examined,
              const StepObserver& observe) {
  if (config.plugins.pin == PluginsConfig::Pin::Normal) {
    checkPin(config, examined, file, observe);
    return {path, nullptr};
  }
  auto copy = std::make_unique<SealedCopy>(file.descriptor(), path.filename().string());
  auto sealed = copy->path();
  checkPin(config, examined, ElfFile(sealed), observe);
  return {std::move(sealed), std::move(copy)};
}

std::shared_ptr<LoadedPlugin> loadNew(const Config& config, const ElfFile& file, const std::filesystem::path& path,
                                      const Examined& examined, const StepObserver& observe) {
  const Target target = pinned(config, file, path, examined, observe);
  tryFirst(config, target.path, file.state(), observe);
  if (target.copy) target.copy->keep();
  auto plugin = std::make_shared<LoadedPlugin>(target.path, examined.note,
                                               PluginSource{realPath(path), file.state(), target.copy != nullptr});
  if (!target.copy) checkStillTheSame(path, file);
  observe("open", "loaded, exports " TALLY_PLUGIN_ENTRY ", descriptor agrees with the note");
  for (const std::string& warning : plugin->warnings()) logWarning(plugin->name(), warning);
  plugin->init();
  observe("init", "done");
  return plugin;
}

// The code in the process is used, whatever the file has become; a pin must still say something about it.
void checkKnown(const Config& config, const LoadedPlugin& plugin, const ElfFile& file, const Examined& examined,
                const StepObserver& observe) {
  const bool same = plugin.source().state == file.state();
  if (same) checkPin(config, examined, file, observe);
  if (!same && isPinned(config, examined)) {
    throw Error(ErrorCode::PluginHashMismatch,
                "the file differs from the one in the process, so its pin says nothing: restart the program");
  }
  observe("open", same ? "already in the process"
                       : "already in the process; the file on disk differs from the one loaded: restart to use it");
}

std::shared_ptr<LoadedPlugin> loadFile(const Config& config, const std::filesystem::path& path,
                                       const std::string& backend, const StepObserver& observe) {
  const ElfFile file(path);
  const Examined examined = examineFile(config, path, file, backend, observe);
  auto registry = Registry::lock();
  if (auto known = registry.loadedFrom({realPath(path), file.state()})) {
    checkKnown(config, *known, file, examined, observe);
    return known;
  }
  auto plugin = loadNew(config, file, path, examined, observe);
  registry.add(plugin);
  return plugin;
}

}  // namespace

std::shared_ptr<LoadedPlugin> loadPlugin(const Config& config, const std::string& backend,
                                         const StepObserver& observe) {
  if (auto plugin = Registry::lock().linkedIn(backend)) {
    observe("find", "linked into the program");
    plugin->init();
    observe("init", "done");
    return plugin;
  }
  const Found found = findPlugin(config, backend);
  observe("find", found.path.string() + " (" + found.place + ")");
  try {
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
  opened.struct_size = TALLY_END_OF(tally_storage, ops);  // NOLINT(bugprone-sizeof-expression): of the pointer
  tally_error error;
  prepare(error);
  const std::int32_t code = asked(plugin->factory().create, options.view(), frame.view(), &opened, &error);
  if (code != TALLY_OK) throw toError(code, error).at(plugin->name(), "open", {});
  auto storage = std::make_unique<PluginStorage>(std::move(plugin), opened);
  observe("create", "a storage is open");
  return storage;
}

}  // namespace tally::plugins
