#include "plugins/plugin_loader.hpp"

#include <sys/stat.h>

#include <optional>

#include "plugins/boundary/call_frame.hpp"
#include "plugins/boundary/host_services.hpp"
#include "plugins/boundary/plugin_options.hpp"
#include "plugins/boundary/views.hpp"
#include "plugins/file/elf_file.hpp"
#include "plugins/file/sealed_copy.hpp"
#include "plugins/load/plugin_probe.hpp"
#include "plugins/load/plugin_search.hpp"
#include "plugins/load/probe_memory.hpp"
#include "plugins/load/registry.hpp"
#include "plugins/load/section_names.hpp"
#include "plugins/storage/plugin_storage.hpp"

namespace tally::plugins {
namespace {

bool isStillTheSame(const Candidate& candidate) {
  struct stat now {};
  return ::stat(candidate.real.path.c_str(), &now) == 0 && FileState::of(now) == candidate.elf.state();
}

// The way of one file into the process. The registry is held all the while.
class Load {
 public:
  Load(const Config& config, const Candidate& candidate, const Examined& examined, const StepObserver& observe)
      : config_(config), candidate_(candidate), examined_(examined), observe_(observe) {}

  PluginUse run(Registry& registry, const Call& call) {
    const PluginSource source{candidate_.real.path, candidate_.elf.state(), false};
    auto plugin = registry.loadedFrom(source);
    const bool known = plugin != nullptr;
    if (known) checkKnown(*plugin);
    if (!known) plugin = loadNew(registry, source, call);
    plugin->adopt();
    if (!known) observe_("open", "loaded, exports " TALLY_PLUGIN_ENTRY ", descriptor agrees with the note");
    plugin->init();
    observe_("init", "done");
    return PluginUse(std::move(plugin));
  }

 private:
  // What is mapped is in the registry, even if it refuses from then on: the next try must not map it again.
  std::shared_ptr<LoadedPlugin> loadNew(Registry& registry, PluginSource source, const Call& call) {
    const auto copy = pinned();
    const auto target = copy ? copy->path() : source.path;
    tryFirst(target, call);
    source.copied = copy != nullptr;
    auto plugin = std::make_shared<LoadedPlugin>(target, examined_.note, std::move(source));
    if (copy) copy->keep();
    registry.add(plugin);
    if (!copy && !isStillTheSame(candidate_)) {
      plugin->forgetFile();
      throw Error(ErrorCode::PluginHashMismatch,
                  "the file was changed while it was being loaded, and the process may have either: restart the "
                  "program; where nothing pins the file, trying again is enough");
    }
    for (const std::string& warning : plugin->warnings()) logWarning(plugin->name(), warning);
    return plugin;
  }

  // Where the pin is strict, what the dynamic linker is to open: a sealed copy of the file, with the same pins.
  std::unique_ptr<SealedCopy> pinned() const {
    if (config_.plugins.pin == PluginsConfig::Pin::Normal) {
      checkPin(config_, examined_, candidate_.elf, observe_);
      return nullptr;
    }
    auto copy = std::make_unique<SealedCopy>(candidate_.elf.descriptor(), candidate_.real.path.filename().string());
    checkPin(config_, examined_, ElfFile(copy->path()), observe_);
    return copy;
  }

  void tryFirst(const std::filesystem::path& target, const Call& call) const {
    using Probe = PluginsConfig::Probe;
    if (config_.plugins.probe == Probe::Never) return observe_("probe", "not asked for: plugins.probe is never");
    const ProbeMemory memory(candidate_.elf.state());
    if (config_.plugins.probe == Probe::First && memory.survived()) return observe_("probe", "survived one before");
    probe(target, call);
    memory.remember();
    observe_("probe", "survived in a child process");
  }

  // The code in the process is used, whatever the file has become; a pin must still say something about it.
  void checkKnown(const LoadedPlugin& plugin) const {
    const bool same = plugin.source().state == candidate_.elf.state();
    if (same) checkPin(config_, examined_, candidate_.elf, observe_);
    if (!same && isPinned(config_, examined_)) {
      throw Error(ErrorCode::PluginHashMismatch,
                  "the file differs from the one in the process, so its pin says nothing: restart the program");
    }
    observe_("open", same ? "already in the process"
                          : "already in the process; the file on disk differs from the one loaded: restart to use it");
  }

  const Config& config_;
  const Candidate& candidate_;
  const Examined& examined_;
  const StepObserver& observe_;
};

PluginUse loadFile(const Config& config, const std::filesystem::path& path, const std::string& backend,
                   const StepObserver& observe, const Call& call) {
  const Candidate candidate(path);
  const Examined examined = examineFile(config, candidate, backend, observe);
  auto registry = Registry::lock(call);
  registry.checkUsable();
  return Load(config, candidate, examined, observe).run(registry, call);
}

// Held until it is initialised, and in use before it is let go.
std::optional<PluginUse> linkedIn(const std::string& backend, const StepObserver& observe, const Call& call) {
  const auto registry = Registry::lock(call);
  registry.checkUsable();
  auto plugin = registry.linkedIn(backend);
  if (plugin == nullptr) return std::nullopt;
  observe("find", "linked into the program");
  plugin->init();
  observe("init", "done");
  return PluginUse(std::move(plugin));
}

}  // namespace

PluginUse loadPlugin(const Config& config, const std::string& backend, const StepObserver& observe, const Call& call) {
  if (auto plugin = linkedIn(backend, observe, call)) return std::move(*plugin);
  const Found found = findPlugin(config, backend, call);
  observe("find", found.path.string() + " (" + found.place + ")");
  try {
    return loadFile(config, found.path, backend, observe, call);
  } catch (Error& error) {
    throw error.at("plugin", "load", found.path.string());
  }
}

std::unique_ptr<IStorage> openStorage(const Config& config, PluginUse plugin, const Call& call,
                                      const StepObserver& observe) {
  refuseMisspeltSections(config);
  const PluginOptions options(config, plugin->note());
  std::string ignored;
  for (const std::string& name : options.unused()) ignored += (ignored.empty() ? "; not used: " : ", ") + name;
  observe("options", std::to_string(plugin->note().options.size()) + " published, all fine" + ignored);
  const CallFrame frame(call);
  tally_storage opened{};
  opened.struct_size = TALLY_END_OF(tally_storage, ops);  // NOLINT(bugprone-sizeof-expression): of the pointer
  const LoadedPlugin& loaded = *plugin;                   // which outlives its uses
  try {
    ErrorFrame error;
    error.check(callSlot(loaded.factory().create, options.view(), frame.view(), &opened, &error.view));
    auto storage = std::make_unique<PluginStorage>(std::move(plugin), opened);
    observe("create", "a storage is open");
    return storage;
  } catch (Error& error) {
    const bool of_file = error.code() == ErrorCode::PluginBadDescriptor;
    throw error.at(loaded.name(), "open", of_file ? loaded.source().path.string() : std::string());
  }
}

}  // namespace tally::plugins
