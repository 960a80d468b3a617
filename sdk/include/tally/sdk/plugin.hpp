#pragma once
// Everything an adapter author includes. A plugin is one class and one line:
//
//   class MyStorage final : public tally::IStorage { public: explicit MyStorage(const tally::sdk::Config&); ... };
//
//   constexpr tally::sdk::Option kOptions[] = {tally::sdk::Option::text("url", "Where the server is.").required()};
//   constexpr auto kInfo = tally::sdk::PluginInfo{"mine", "1.0.0", "Keeps bytes somewhere."}.with(kOptions);
//   TALLY_STORAGE_PLUGIN(MyStorage, kInfo)
//
// A class that knows nothing of options is opened by a small one beside it, which is then named in the line:
//
//   struct OpenMine { static std::unique_ptr<tally::IStorage> open(const tally::sdk::Config&, const tally::Call&); };
//
// and in CMake: tally_add_plugin(mine SOURCES my_storage.cpp).

#include "tally/plugin_abi.h"
#include "tally/sdk/config.hpp"
#include "tally/sdk/export.hpp"
#include "tally/sdk/note.hpp"
#include "tally/sdk/option.hpp"
#include "tally/storage.hpp"

namespace tally::sdk::detail {

inline std::int32_t init(const tally_host* services, tally_error*) {
  host = services;
  return TALLY_OK;
}

inline void shutdown() { host = nullptr; }

/// Descriptor and factory of one plugin class.
template <typename Storage, const PluginInfo& Info>
struct Plugin {
  static std::int32_t create(const tally_config* config, const tally_call* call, tally_storage* out,
                             tally_error* error) noexcept {
    return detail::create<Storage, (Info.extension_count > 0)>(
        config, call, out, error, Info.one_call_at_a_time ? TALLY_THREADS_SERIAL : TALLY_THREADS_CONCURRENT);
  }
  static constexpr tally_storage_factory kFactory = {TALLY_END_OF(tally_storage_factory, create), 0, create};

  static const void* factory(const tally_str* id) noexcept {
    return viewOf(*id) == TALLY_STORAGE_FACTORY ? &kFactory : nullptr;
  }
};

}  // namespace tally::sdk::detail

#ifdef TALLY_STATIC_PLUGIN
#define TALLY_DETAIL_PASTE(a, b) a##b
#define TALLY_DETAIL_ENTRY(name) TALLY_DETAIL_PASTE(tally_plugin_entry_v1_, name)
#define TALLY_DETAIL_ENTRY_NAME TALLY_DETAIL_ENTRY(TALLY_STATIC_PLUGIN)
#define TALLY_DETAIL_NOTE_SECTION __attribute__((aligned(4)))
#else
#define TALLY_DETAIL_ENTRY_NAME tally_plugin_entry_v1
#define TALLY_DETAIL_NOTE_SECTION __attribute__((section(".note.tally"), used, aligned(4)))
#endif

/// The export line: note, descriptor and entry for `Storage` under a constexpr PluginInfo of namespace scope.
#define TALLY_STORAGE_PLUGIN(Storage, info)                                                                       \
  static_assert(::tally::sdk::detail::isPluginName((info).name), "a plugin's name matches [a-z][a-z0-9_]{0,31}"); \
  namespace {                                                                                                     \
  constexpr std::size_t kTallyNoteSize = ::tally::sdk::detail::writeNote(nullptr, info);                          \
  static_assert(kTallyNoteSize <= TALLY_NOTE_MAX_BYTES, "the plugin's options and texts take more than 16 KiB");  \
  TALLY_DETAIL_NOTE_SECTION constexpr ::tally::sdk::detail::Note<kTallyNoteSize> kTallyNote =                     \
      ::tally::sdk::detail::makeNote<kTallyNoteSize>(info);                                                       \
  constexpr tally_plugin kTallyPlugin = {TALLY_END_OF(tally_plugin, factory),                                     \
                                         TALLY_ABI_MAJOR,                                                         \
                                         TALLY_ABI_MINOR,                                                         \
                                         (info).min_host_minor,                                                   \
                                         0,                                                                       \
                                         {(info).name.data(), (info).name.size()},                                \
                                         {(info).version.data(), (info).version.size()},                          \
                                         {kTallyNote.text, kTallyNoteSize},                                       \
                                         ::tally::sdk::detail::init,                                              \
                                         ::tally::sdk::detail::shutdown,                                          \
                                         ::tally::sdk::detail::Plugin<Storage, info>::factory};                   \
  }                                                                                                               \
  extern "C" __attribute__((visibility("default"))) const tally_plugin* TALLY_DETAIL_ENTRY_NAME(void) {           \
    return &kTallyPlugin;                                                                                         \
  }                                                                                                               \
  static_assert(true, "")
