#pragma once
// An IStorage behind the C table: one thunk a slot, none of which lets an exception out.

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "tally/plugin_abi.h"
#include "tally/sdk/config.hpp"
#include "tally/sdk/extensions.hpp"
#include "tally/sdk/guard.hpp"
#include "tally/sdk/host_sinks.hpp"
#include "tally/sdk/views.hpp"
#include "tally/storage.hpp"

namespace tally::sdk::detail {

inline void destroy(void* self) {
  if (guarded(nullptr, [&] { delete &storageOf(self); }) != TALLY_OK) {
    log(LogLevel::Error, "a storage threw while it was closed; what it held may be leaked");
  }
}

inline std::int32_t read(void* self, const tally_call* call, const tally_str* key, const tally_read_options* options,
                         const tally_sink* sink, tally_stat* stat, tally_error* error) {
  return guarded(error, [&]() TALLY_DETAIL_INLINE {
    refuseUnknownFlags(options->flags, 0);
    if (failed()) return;
    HostSink out(sink);
    const ByteRange range{options->offset, options->length};
    fillStat(stat, storageOf(self).read(viewOf(*key), range, out, callOf(call)));
  });
}

inline std::int32_t write(void* self, const tally_call* call, const tally_str* key, const tally_bytes* parts,
                          std::uint64_t part_count, const tally_write_options* options, tally_stat* stat,
                          tally_error* error) {
  return guarded(error, [&]() TALLY_DETAIL_INLINE {
    const WriteOptions how = optionsOf(*options);
    if (failed()) return;
    const Joined content(parts, part_count);
    fillVersion(stat, storageOf(self).write(viewOf(*key), content.view(), how, callOf(call)));
  });
}

inline std::int32_t append(void* self, const tally_call* call, const tally_str* key, const tally_bytes* parts,
                           std::uint64_t part_count, const tally_append_options* options, std::uint64_t* size,
                           tally_error* error) {
  return guarded(error, [&]() TALLY_DETAIL_INLINE {
    const AppendOptions how = optionsOf(*options);
    if (failed()) return;
    const Joined content(parts, part_count);
    const auto after = storageOf(self).append(viewOf(*key), content.view(), how, callOf(call));
    *size = after.value_or(TALLY_UNKNOWN_SIZE);
  });
}

inline std::int32_t list(void* self, const tally_call* call, const tally_str* directory,
                         const tally_list_options* options, const tally_entry_sink* sink, std::uint32_t* more,
                         tally_error* error) {
  return guarded(error, [&]() TALLY_DETAIL_INLINE {
    refuseUnknownFlags(options->flags, 0);
    if (failed()) return;
    HostEntrySink out(sink);
    const ListOptions page{viewOf(options->start_after), options->limit};
    *more = storageOf(self).list(viewOf(*directory), page, out, callOf(call)) ? 1 : 0;
  });
}

inline std::int32_t stat(void* self, const tally_call* call, const tally_str* key, tally_stat* out,
                         tally_error* error) {
  bool found = false;
  const std::int32_t code = guarded(error, [&]() TALLY_DETAIL_INLINE {
    const auto known = storageOf(self).stat(viewOf(*key), callOf(call));
    if (known) fillStat(out, *known);
    found = known.has_value();
  });
  return code == TALLY_OK && !found ? TALLY_E_NOT_FOUND : code;
}

inline std::int32_t remove(void* self, const tally_call* call, const tally_str* key,
                           const tally_remove_options* options, std::uint32_t* existed, tally_error* error) {
  return guarded(error, [&]() TALLY_DETAIL_INLINE {
    const RemoveOptions how = optionsOf(*options);
    if (failed()) return;
    *existed = storageOf(self).remove(viewOf(*key), how, callOf(call)) ? 1 : 0;
  });
}

/// The slot is there for plugins that publish abilities; others need none of their code.
template <bool Offers>
constexpr auto extensionSlot() noexcept -> const void* (*)(void*, const tally_str*) {
  if constexpr (Offers) return extension;
  return nullptr;
}

template <bool Offers>
inline constexpr tally_storage_ops kStorageOps = {TALLY_END_OF(tally_storage_ops, extension),
                                                  0,
                                                  destroy,
                                                  read,
                                                  write,
                                                  append,
                                                  list,
                                                  stat,
                                                  remove,
                                                  extensionSlot<Offers>()};

template <typename Opener, typename = void>
struct HasOpen : std::false_type {};
template <typename Opener>
struct HasOpen<Opener, std::void_t<decltype(Opener::open(std::declval<const Config&>(), std::declval<const Call&>()))>>
    : std::true_type {};

/// A storage from `Class`: by its static open(config, call) if it has one, else by its constructor, which takes
/// (config) or (config, call).
template <typename Class>
std::unique_ptr<IStorage> openStorage(const Config& config, const Call& call) {
  if constexpr (HasOpen<Class>::value) {
    return Class::open(config, call);
  } else {
    static_assert(std::is_base_of_v<IStorage, Class>,
                  "a storage plugin's class derives from tally::IStorage, or has a static open(config, call)");
    static_assert(!std::is_abstract_v<Class>,
                  "a storage plugin's class overrides every pure function of tally::IStorage");
    if constexpr (std::is_constructible_v<Class, const Config&, const Call&>) {
      return std::make_unique<Class>(config, call);
    } else {
      static_assert(std::is_constructible_v<Class, const Config&>,
                    "a storage plugin's class has a constructor (const tally::sdk::Config&)");
      return std::make_unique<Class>(config);
    }
  }
}

template <typename Class, bool Offers>
std::int32_t create(const tally_config* config, const tally_call* call, tally_storage* out, tally_error* error,
                    std::uint32_t thread_model) noexcept {
  return guarded(error, [&]() TALLY_DETAIL_INLINE {
    auto storage = openStorage<Class>(Config(*config), callOf(call));
    if (failed()) return;
    if (storage == nullptr) {
      TALLY_THROW(Error(ErrorCode::PluginFault, "the plugin's open returned no storage"));
      return;
    }
    out->thread_model = thread_model;
    out->capabilities = storage->capabilities().bits();
    out->ops = &kStorageOps<Offers>;
    out->self = storage.release();
  });
}

}  // namespace tally::sdk::detail
