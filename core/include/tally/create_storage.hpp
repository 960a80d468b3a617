#pragma once
// From a configuration to an open storage: find the plugin, check it, load it, check its options, create.

#include <memory>

#include "tally/api.hpp"
#include "tally/call.hpp"
#include "tally/config.hpp"
#include "tally/plugin_abi.h"
#include "tally/storage.hpp"

namespace tally {

/// Open the storage that `config.storage` names. The plugin's library stays loaded for the life of the process.
/// Errors: every Plugin* code of error.hpp, one for each step that can refuse; ConfigUnknownKey, InvalidConfig and
/// ConfigMissingValue for options; InvalidArgument for a name that no plugin can have; PermissionDenied for a place of
/// the search that can't be looked into and a file that can't be opened; Exhausted for want of memory or descriptors;
/// Timeout and Cancelled of `call`; whatever the plugin's create reports; Closed after shutdownPlugins, and in a child
/// that was forked while another thread was loading. Nothing is written in the store on the way to an error; that a
/// plugin survived its trial is remembered in the user's cache folder. `call` limits the wait for other threads, the
/// trial and the plugin's create; not the dynamic linker and the plugin's init. Threads: any; a load waits for others.
/// Cost: each time one look at each place of the search, one open and a few KiB of the file, its manifest, and its hash
/// where it is pinned; the first time also a child process for the trial and one dlopen.
TALLY_API std::unique_ptr<IStorage> createStorage(const Config& config, const Call& call = {});

/// Make a backend known that is linked into the program. It is found before any file and takes the same way through
/// checks, options and C table as a loaded one. Call it before the first createStorage.
/// Errors: InvalidArgument if one of that name is linked in already; PluginBadDescriptor, PluginNoNote and
/// PluginNoteDisagrees for what the entry returns; PluginWrongVersion, PluginNeedsNewerHost and PluginWrongPlatform;
/// PluginFault for one that throws; Closed in a child that was forked while another thread was loading.
/// Threads: any; it waits for loads.
TALLY_API void addStaticPlugin(tally_plugin_entry entry);

/// Let every plugin close what it holds for the whole process. Only needed by programs that look for leaks or must
/// stop a plugin's threads before they end; leaving it out is safe. Call it at most once, after the last storage.
/// Errors: InvalidArgument while a storage is open or being opened, and then nothing happened; Closed in a child that
/// was forked while another thread was loading. Threads: any; it waits for loads.
TALLY_API void shutdownPlugins();

/// Receives the plugins' log lines. `level` is one of the TALLY_LOG_* of plugin_abi.h; the views are valid until it
/// returns. Must not throw, since a plugin calls it; what it throws is lost.
/// Threads: called from any, also from several at the same time.
using LogHandler = void (*)(int level, std::string_view plugin, std::string_view text);
/// Null drops every line. The default drops debug and info and writes the others to standard error,
/// each as one line without control characters.
/// Threads: any; takes effect for later lines.
TALLY_API void setLogHandler(LogHandler handler) noexcept;

}  // namespace tally
