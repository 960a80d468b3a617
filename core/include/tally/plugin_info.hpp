#pragma once
// What can be said of plugins without running their code, and a step by step account of loading one.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tally/api.hpp"
#include "tally/call.hpp"
#include "tally/config.hpp"
#include "tally/error.hpp"

namespace tally {

/// An option that a plugin publishes in its note.
struct PluginOption {
  enum class Type { Flag, Integer, Number, Text, Path, List };
  std::string name;
  Type type = Type::Text;
  std::string doc;                           ///< one sentence
  std::optional<std::string> default_value;  ///< as text; absent when there is none
  bool required = false;
  bool secret = false;                     ///< never shown
  std::optional<double> minimum, maximum;  ///< for Integer and Number
  std::vector<std::string> choices;        ///< for Text; empty: anything
};
TALLY_API std::string_view nameOf(PluginOption::Type type) noexcept;

/// The identity of a plugin, from its ELF note.
struct PluginNote {
  std::string name, version, summary, vendor, license, platform, sdk;
  std::uint16_t abi_major = 0, abi_minor = 0;
  std::uint32_t min_host_minor = 0;
  std::vector<std::string> extensions;  ///< ids of optional abilities
  std::vector<PluginOption> options;
  std::string text;  ///< the note itself, JSON
};

/// What the file of a plugin says of itself as a shared library.
struct PluginLibrary {
  struct Needed {
    std::string name;            ///< "libcurl.so.4"
    std::filesystem::path path;  ///< where it was seen; empty when it is in none of the usual folders
  };
  std::string sha256;
  std::vector<Needed> needed;
  std::vector<std::string> exports;  ///< one name is right
  /// Exports that the process shares among all plugins that have one of the same name, whatever its version.
  std::vector<std::string> shared;
};

/// One plugin file, or one place where there is none.
struct PluginFile {
  std::filesystem::path path;
  std::string place;               ///< why it was looked at: "plugins.searchPath", "beside the core library", ...
  std::optional<PluginNote> note;  ///< absent when `refused` came first
  std::optional<Error> refused;    ///< why it would not be loaded
  bool shadowed = false;           ///< an earlier place has the same name; this one is never used
  std::string description;         ///< the operator's, from the manifest beside the file
  std::string replaces;            ///< likewise
  std::optional<PluginLibrary> library{};  ///< filled by inspectPlugin
};

/// A place in the fixed search order.
struct SearchPlace {
  std::filesystem::path dir;
  std::string why;
  std::string ignored;  ///< why it is not used ("the program runs with raised rights"), or empty
};

/// The places searched for plugins, in order. Threads: any that do not change the environment meanwhile.
/// Cost: no I/O.
TALLY_API std::vector<SearchPlace> searchPlaces(const Config& config);

/// Every plugin in every place, statically linked ones first. Runs no plugin code. Broken files, and folders that can't
/// be read, are listed with their reason. Errors: Closed in a child that was forked while another thread was loading.
/// Threads: any; it waits for loads.
/// Cost: one directory read a place; one open a file, a few KiB of it, its manifest, and all of it where it is pinned.
TALLY_API std::vector<PluginFile> listPlugins(const Config& config);

/// The plugin that `name` stands for, or the file itself if `name` holds a '/'. Runs no plugin code.
/// Its hash is told, but not compared with any pin.
/// Errors: the Plugin* codes of search, trust, file, note and manifest checks; PermissionDenied if a place of the
/// search can't be looked into; InvalidArgument for a name that no plugin can have, InvalidConfig if it is the
/// configured one; Closed as listPlugins. Threads: any; it waits for loads.
/// Cost: the search, and the file read once for its hash.
TALLY_API PluginFile inspectPlugin(const Config& config, const std::string& name);

/// One step of loading, done or refused.
struct LoadStep {
  /// "find", "trust", "file", "note", "manifest", "pin", "probe", "open" (with entry and descriptor), "init",
  /// "options", "create", "answer", and "health" for each finding of a backend that offers tally.health/1
  std::string name;
  bool passed = false;
  std::string detail;              ///< what was found, or the reason
  bool warning = false;            ///< passed, but data can be lost or be wrong one day
  std::optional<Error> refused{};  ///< the error that ended the list; absent for passed steps and findings of health
};

/// Load a plugin, create a storage, ask it for its root and for its health, noting each step; the first refusal ends
/// the list. Findings of health don't: each of them is a step.
/// `call` limits all of it together; a wait that it ends is a refusal, too, with Timeout or Cancelled.
/// Runs plugin code. Never throws for a plugin's fault. Threads: any; it waits for others that load.
/// Cost: as createStorage and two calls of the storage.
TALLY_API std::vector<LoadStep> diagnosePlugin(const Config& config, const std::string& name, const Call& call = {});

}  // namespace tally
