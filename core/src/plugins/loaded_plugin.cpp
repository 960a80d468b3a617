#include "plugins/loaded_plugin.hpp"

#include <cstring>

#include "plugins/error_convert.hpp"
#include "plugins/host_services.hpp"
#include "plugins/plugin_note.hpp"
#include "plugins/table_copy.hpp"

namespace tally::plugins {
namespace {

std::string_view viewOf(const tally_str& text, const char* what) {
  if (text.size == 0) return {};
  if (text.data == nullptr || text.size > TALLY_NOTE_MAX_BYTES) {
    throw Error(ErrorCode::PluginBadDescriptor, std::string("the descriptor's ") + what + " is garbage");
  }
  return {text.data, text.size};
}

}  // namespace

LoadedPlugin::LoadedPlugin(tally_plugin_entry entry) {
  if (entry == nullptr) throw Error(ErrorCode::PluginBadDescriptor, "the linked-in entry is null");
  adopt(entry());
  note_ = parseNote(viewOf(descriptor_.note, "note"));
  checkNote(note_, viewOf(descriptor_.name, "name"));
  adoptFactory();
}

LoadedPlugin::LoadedPlugin(const std::filesystem::path& target, const PluginNote& note, PluginSource source)
    : library_(std::make_unique<DynamicLibrary>(target)), note_(note), source_(std::move(source)) {
  using Entry = const tally_plugin*();
  Entry* const entry = library_->function<Entry>(TALLY_PLUGIN_ENTRY);
  if (entry == nullptr) {
    throw Error(ErrorCode::PluginNoEntry, "the library exports no function " TALLY_PLUGIN_ENTRY " of its own");
  }
  adopt(entry());
  if (viewOf(descriptor_.note, "note") != note.text || viewOf(descriptor_.name, "name") != note.name) {
    throw Error(ErrorCode::PluginNoteDisagrees,
                "the note in the file and the descriptor in the code tell different stories: build the plugin again");
  }
  adoptFactory();
}

void LoadedPlugin::adopt(const tally_plugin* descriptor) {
  constexpr std::uint32_t kSize = TALLY_END_OF(tally_plugin, factory);
  descriptor_ = copyTable(descriptor, kSize, kSize, "descriptor");
  if (descriptor_.abi_major != TALLY_ABI_MAJOR) {
    throw Error(ErrorCode::PluginWrongVersion,
                "the descriptor speaks version " + std::to_string(descriptor_.abi_major) + " of the plugin interface");
  }
  if (descriptor_.init == nullptr || descriptor_.shutdown == nullptr || descriptor_.factory == nullptr) {
    throw Error(ErrorCode::PluginBadDescriptor, "the descriptor lacks init, shutdown or factory");
  }
}

void LoadedPlugin::adoptFactory() {
  constexpr std::string_view kId = TALLY_STORAGE_FACTORY;
  constexpr std::uint32_t kSize = TALLY_END_OF(tally_storage_factory, create);
  const tally_str id{kId.data(), kId.size()};
  const auto* theirs = static_cast<const tally_storage_factory*>(descriptor_.factory(&id));
  factory_ = copyTable(theirs, kSize, kSize, "storage factory");
  if (factory_.create == nullptr) {
    throw Error(ErrorCode::PluginBadDescriptor, "the plugin's storage factory lacks create");
  }
}

std::vector<std::string> LoadedPlugin::warnings() const {
  return library_ ? library_->foreignLibraries() : std::vector<std::string>();
}

void LoadedPlugin::init() {
  if (initialised_) return;
  tally_error error;
  prepare(error);
  const std::int32_t code = descriptor_.init(&hostServicesFor(name()), &error);
  if (code != TALLY_OK) throw Error(ErrorCode::PluginInitFailed, "init failed: " + toError(code, error).message());
  initialised_ = true;
}

void LoadedPlugin::shutdown() {
  if (initialised_) descriptor_.shutdown();
  initialised_ = false;
}

}  // namespace tally::plugins
