#pragma once
// What is asked of a plugin file before any of its code runs, one refusal code a step.

#include <functional>
#include <optional>
#include <string>

#include "plugins/file/elf_file.hpp"
#include "plugins/file/path_trust.hpp"
#include "plugins/file/plugin_manifest.hpp"
#include "tally/config.hpp"
#include "tally/plugin_info.hpp"

namespace tally::plugins {

/// Told about each step as it passes. The refusal of a step is thrown instead.
using StepObserver = std::function<void(const char* step, const std::string& detail)>;

/// A file that may become a plugin: its name, what the name stands for, and that opened. One look each, for all steps.
struct Candidate {
  /// Errors: as ElfFile.
  explicit Candidate(std::filesystem::path file) : name(std::move(file)), real(resolveFile(name)), elf(real.path) {}
  std::filesystem::path name;
  ResolvedFile real;
  ElfFile elf;
};

struct Examined {
  PluginNote note;
  std::optional<PluginManifest> manifest;
};

/// Trust of the path, shape of the file, note, manifest. `expected_name` empty: any.
/// Errors: PluginUntrustedPath, those of ElfFile, those of the note, PluginBadManifest, PluginDisabled.
Examined examineFile(const Config& config, const Candidate& candidate, const std::string& expected_name,
                     const StepObserver& observe);

/// Whether a hash is asked of this plugin.
bool isPinned(const Config& config, const Examined& examined);

/// The hash of `file` against every pin there is for it, in the configuration and in the manifest.
/// Errors: PluginHashMismatch, also for a file without a pin where plugins.pin is strict.
/// Cost: nothing without a pin, else one pass over the file.
void checkPin(const Config& config, const Examined& examined, const ElfFile& file, const StepObserver& observe);

}  // namespace tally::plugins
