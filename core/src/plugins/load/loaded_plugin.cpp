#include "plugins/load/loaded_plugin.hpp"

#include <cstring>

#include "plugins/boundary/host_services.hpp"
#include "plugins/boundary/table_copy.hpp"
#include "plugins/boundary/views.hpp"
#include "plugins/file/plugin_note.hpp"

namespace tally::plugins {
namespace {

std::string_view viewOf(const tally_str& text, const char* what) {
  if (text.size == 0) return {};
  if (text.data == nullptr || text.size > TALLY_NOTE_MAX_BYTES) {
    throw Error(ErrorCode::PluginBadDescriptor, std::string("the descriptor's ") + what + " is garbage" + kAskAuthor);
  }
  return {text.data, text.size};
}

void checkEqual(const char* field, std::string_view in_file, std::string_view in_code) {
  if (in_file == in_code) return;
  throw Error(ErrorCode::PluginNoteDisagrees, std::string("the note in the file and the descriptor in the code tell ") +
                                                  "different stories: " + field + " is '" + std::string(in_file) +
                                                  "' in the note and '" + std::string(in_code) +
                                                  "' in the descriptor: build the plugin again, from one source");
}

void checkAgrees(const PluginNote& note, const tally_plugin& descriptor) {
  checkEqual("name", note.name, viewOf(descriptor.name, "name"));
  checkEqual("version", note.version, viewOf(descriptor.version, "version"));
  checkEqual("abi_minor", std::to_string(note.abi_minor), std::to_string(descriptor.abi_minor));
  checkEqual("min_host_minor", std::to_string(note.min_host_minor), std::to_string(descriptor.min_host_minor));
}

}  // namespace

LoadedPlugin::LoadedPlugin(tally_plugin_entry entry) {
  if (entry == nullptr) throw Error(ErrorCode::PluginBadDescriptor, "the linked-in entry is null");
  take(entry);
  note_ = parseNote(viewOf(descriptor_.note, "note"));
  checkNote(note_, {});
  checkAgrees(note_, descriptor_);
  takeFactory();
  adopted_ = true;
}

LoadedPlugin::LoadedPlugin(const std::filesystem::path& target, const PluginNote& note, PluginSource source)
    : library_(std::make_unique<DynamicLibrary>(target)), note_(note), source_(std::move(source)) {}

void LoadedPlugin::adopt() {
  if (adopted_) return;
  using Entry = const tally_plugin*();
  Entry* const entry = library_->function<Entry>(TALLY_PLUGIN_ENTRY);
  if (entry == nullptr) {
    throw Error(ErrorCode::PluginNoEntry, "the library exports no function " TALLY_PLUGIN_ENTRY
                                          " of its own: ask its author for a build for this version of the plugin "
                                          "interface");
  }
  take(entry);
  checkAgrees(note_, descriptor_);
  if (viewOf(descriptor_.note, "note") != note_.text) {
    throw Error(ErrorCode::PluginNoteDisagrees,
                "the note in the file and the one in the descriptor differ: build the "
                "plugin again, from one source");
  }
  takeFactory();
  adopted_ = true;
}

void LoadedPlugin::take(tally_plugin_entry entry) {
  constexpr std::uint32_t kSize = TALLY_END_OF(tally_plugin, factory);
  descriptor_ = copyTable(callSlot(entry), kSize, kSize, "descriptor");
  if (descriptor_.abi_major != TALLY_ABI_MAJOR) {
    throw Error(ErrorCode::PluginWrongVersion,
                "the descriptor speaks version " + std::to_string(descriptor_.abi_major) +
                    " of the plugin interface, this host " + std::to_string(TALLY_ABI_MAJOR) +
                    ": build the plugin again with the headers of this version");
  }
  checkMinHost(descriptor_.min_host_minor);
  if (descriptor_.init == nullptr || descriptor_.shutdown == nullptr || descriptor_.factory == nullptr) {
    throw Error(ErrorCode::PluginBadDescriptor,
                std::string("the descriptor lacks init, shutdown or factory") + kAskAuthor);
  }
}

void LoadedPlugin::takeFactory() {
  constexpr std::string_view kId = TALLY_STORAGE_FACTORY;
  constexpr std::uint32_t kSize = TALLY_END_OF(tally_storage_factory, create);
  const tally_str id{kId.data(), kId.size()};
  const auto* theirs = static_cast<const tally_storage_factory*>(callSlot(descriptor_.factory, &id));
  factory_ = copyTable(theirs, kSize, kSize, "storage factory");
  if (factory_.create == nullptr) {
    throw Error(ErrorCode::PluginBadDescriptor, std::string("the plugin's storage factory lacks create") + kAskAuthor);
  }
}

std::vector<std::string> LoadedPlugin::warnings() const {
  return library_ ? library_->foreignLibraries() : std::vector<std::string>();
}

void LoadedPlugin::init() {
  if (initialised_) return;
  try {
    ErrorFrame error;
    error.check(callSlot(descriptor_.init, &hostServicesFor(name()), &error.view));
  } catch (const Error& failed) {
    throw Error(ErrorCode::PluginInitFailed,
                "the plugin's init failed: " + failed.message() + ". Mend what it names and load it again")
        .retryable(failed.retryable())
        .retryAfter(failed.retryAfter())
        .backendCode(failed.backendCode())
        .systemErrno(failed.systemErrno());
  }
  initialised_ = true;
}

void LoadedPlugin::shutdown() noexcept {
  if (initialised_) callSlotAndLog(name(), descriptor_.shutdown);
  initialised_ = false;
}

}  // namespace tally::plugins
