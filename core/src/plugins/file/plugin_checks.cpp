#include "plugins/file/plugin_checks.hpp"

#include <vector>

#include "plugins/file/file_hash.hpp"
#include "plugins/file/plugin_note.hpp"
#include "tally/error.hpp"

namespace tally::plugins {
namespace {

void checkTrust(const Config& config, const ResolvedFile& file, const StepObserver& observe) {
  if (config.plugins.relaxed_trust) return observe("trust", "not checked: plugins.trust is relaxed");
  if (file.distrust) {
    throw Error(ErrorCode::PluginUntrustedPath,
                *file.distrust +
                    ", so somebody else could change the plugin. Take the right away (chmod go-w), or set "
                    "plugins.trust: relaxed on a machine of your own");
  }
  observe("trust", "owner and modes are fine");
}

std::optional<PluginManifest> checkManifest(const Config& config, const std::filesystem::path& path,
                                            const std::string& name, const StepObserver& observe) {
  auto manifest = readManifest(path, name);
  if (!manifest) {
    observe("manifest", "none");
    return manifest;
  }
  const auto why = config.plugins.relaxed_trust ? std::nullopt : distrust(manifest->file);
  if (why)
    throw Error(ErrorCode::PluginBadManifest,
                *why + ", so somebody else could change the manifest. Take the right away (chmod go-w)");
  if (manifest->disabled) {
    throw Error(ErrorCode::PluginDisabled, "switched off by " + manifest->file.string() + ": " +
                                               (manifest->reason.empty() ? "no reason given" : manifest->reason) +
                                               ". To switch it on, set disabled: false there");
  }
  observe("manifest", manifest->file.string());
  return manifest;
}

struct Pin {
  std::string where, hash;
};

std::vector<Pin> pinsOf(const Config& config, const Examined& examined) {
  std::vector<Pin> pins;
  const std::string& name = examined.note.name;
  const auto configured = config.plugins.sha256.find(name);
  if (configured != config.plugins.sha256.end()) pins.push_back({"plugins.sha256." + name, configured->second});
  if (examined.manifest && !examined.manifest->sha256.empty()) {
    pins.push_back({"sha256 in " + examined.manifest->file.string(), examined.manifest->sha256});
  }
  return pins;
}

}  // namespace

Examined examineFile(const Config& config, const Candidate& candidate, const std::string& expected_name,
                     const StepObserver& observe) {
  checkTrust(config, candidate.real, observe);
  const std::string text = candidate.elf.noteText();
  observe("file", "a whole shared library of " + std::to_string(candidate.elf.size()) + " bytes");
  PluginNote note = parseNote(text);
  checkNote(note, expected_name);
  observe("note", note.name + " " + note.version + ", plugin interface " + std::to_string(note.abi_major) + "." +
                      std::to_string(note.abi_minor));
  auto manifest = checkManifest(config, candidate.name, note.name, observe);
  return {std::move(note), std::move(manifest)};
}

bool isPinned(const Config& config, const Examined& examined) {
  return config.plugins.pin == PluginsConfig::Pin::Strict || !pinsOf(config, examined).empty();
}

void checkPin(const Config& config, const Examined& examined, const ElfFile& file, const StepObserver& observe) {
  const std::vector<Pin> pins = pinsOf(config, examined);
  if (!isPinned(config, examined)) return observe("pin", "none set");
  const std::string hash = sha256(file.descriptor());
  if (pins.empty()) {
    throw Error(ErrorCode::PluginHashMismatch, "plugins.pin is strict, but nothing pins '" + examined.note.name +
                                                   "'. If this is the right file, set plugins.sha256." +
                                                   examined.note.name + ": " + hash);
  }
  for (const Pin& pin : pins) {
    if (hash == pin.hash) continue;
    throw Error(ErrorCode::PluginHashMismatch,
                pin.where + " is " + pin.hash + ", but the file has " + hash +
                    ": not the file that was pinned. Install that one, or set the new hash if the change was meant");
  }
  observe("pin", hash);
}

}  // namespace tally::plugins
