#pragma once
// An IStorage behind the C table: one thunk a slot, none of which lets an exception out.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tally/plugin_abi.h"
#include "tally/sdk/config.hpp"
#include "tally/sdk/guard.hpp"
#include "tally/sdk/option.hpp"
#include "tally/storage.hpp"

namespace tally::sdk::detail {

inline IStorage& storageOf(void* self) noexcept { return *static_cast<IStorage*>(self); }
inline std::string_view viewOf(const tally_str& text) noexcept {
  return text.size == 0 ? std::string_view{} : std::string_view(text.data, text.size);
}
inline std::string_view viewOf(const tally_bytes& bytes) noexcept {
  return bytes.size == 0 ? std::string_view{} : std::string_view(static_cast<const char*>(bytes.data), bytes.size);
}

inline Call callOf(const tally_call* view) noexcept {
  Call call;
  if (view == nullptr) return call;
  if (view->deadline_mono_ns != TALLY_NO_DEADLINE) {
    call.deadline = Call::Clock::time_point(std::chrono::nanoseconds(view->deadline_mono_ns));
  }
  if (view->cancelled != nullptr) call.cancel = CancelToken(view->cancelled, view->cancel_fd);
  return call;
}

/// The parts as one view; joined only when there is more than one.
class Joined {
 public:
  Joined(const tally_bytes* parts, std::uint64_t count) {
    if (count == 1) view_ = viewOf(parts[0]);
    if (count < 2) return;
    for (std::uint64_t i = 0; i < count; ++i) joined_.append(viewOf(parts[i]));
    view_ = joined_;
  }
  std::string_view view() const noexcept { return view_; }

 private:
  std::string joined_;
  std::string_view view_;
};

/// Without exceptions an adapter may go on after a sink has said stop; the host is then not asked again.
class HostSink final : public ByteSink {
 public:
  explicit HostSink(const tally_sink* sink) noexcept : sink_(sink) {}
  void put(std::string_view bytes) override {
    if (!stopped_) check(sink_->put(sink_->self, bytes.data(), bytes.size()));
  }
  char* grow(std::size_t size) override {
    std::uint64_t capacity = 0;
    void* room = stopped_ ? nullptr : sink_->grow(sink_->self, size, &capacity);
    if (room == nullptr) TALLY_THROW(Error(ErrorCode::Exhausted, "the reader has no room for the bytes"));
    return static_cast<char*>(room);
  }
  void commit(std::size_t size) override {
    if (!stopped_) check(sink_->commit(sink_->self, size));
  }

 private:
  void check(std::int32_t code) {
    stopped_ = code != TALLY_OK;
    if (stopped_) stopAt(code);
  }
  const tally_sink* sink_;
  bool stopped_ = false;
};

class HostEntrySink final : public EntrySink {
 public:
  explicit HostEntrySink(const tally_entry_sink* sink) noexcept : sink_(sink) {}
  void take(std::string_view name, bool is_directory) override {
    if (stopped_) return;
    const tally_entry entry{TALLY_END_OF(tally_entry, name),
                            is_directory ? TALLY_KIND_DIRECTORY : TALLY_KIND_FILE,
                            {name.data(), name.size()}};
    const std::int32_t code = sink_->put(sink_->self, &entry);
    stopped_ = code != TALLY_OK;
    if (stopped_) stopAt(code);
  }

 private:
  const tally_entry_sink* sink_;
  bool stopped_ = false;
};

inline void fillVersion(tally_stat* out, const Version& version) noexcept {
  if (!TALLY_HAS(out, tally_stat, version)) return;
  out->version_size = static_cast<std::uint8_t>(version.bytes().size());
  std::memcpy(out->version, version.bytes().data(), version.bytes().size());
}

inline void fillStat(tally_stat* out, const StorageStat& stat) noexcept {
  out->kind = stat.is_directory ? TALLY_KIND_DIRECTORY : TALLY_KIND_FILE;
  out->size = stat.size.value_or(TALLY_UNKNOWN_SIZE);
  out->modified_ns = stat.modified ? stat.modified->time_since_epoch().count() : TALLY_UNKNOWN_TIME;
  fillVersion(out, stat.version);
}

inline void refuseUnknownFlags(std::uint32_t flags, std::uint32_t known) {
  if ((flags & ~known) == 0) return;
  TALLY_THROW(Error(ErrorCode::Unsupported, "the host asks for an option that this plugin does not know"));
}

inline WriteOptions optionsOf(const tally_write_options& view) {
  refuseUnknownFlags(view.flags, TALLY_WRITE_IF_ABSENT | TALLY_WRITE_IF_VERSION | TALLY_WRITE_TIME_TO_LIVE);
  WriteOptions options;
  options.if_absent = (view.flags & TALLY_WRITE_IF_ABSENT) != 0;
  if ((view.flags & TALLY_WRITE_IF_VERSION) != 0) options.if_version = Version(viewOf(view.if_version));
  if ((view.flags & TALLY_WRITE_TIME_TO_LIVE) != 0) {
    options.time_to_live = std::chrono::nanoseconds(view.time_to_live_ns);
  }
  return options;
}

inline AppendOptions optionsOf(const tally_append_options& view) {
  refuseUnknownFlags(view.flags, TALLY_APPEND_AT_SIZE | TALLY_APPEND_TOKEN);
  AppendOptions options;
  if ((view.flags & TALLY_APPEND_AT_SIZE) != 0) options.expected_size = view.expected_size;
  if ((view.flags & TALLY_APPEND_TOKEN) != 0) options.token = viewOf(view.token);
  return options;
}

inline void destroy(void* self) {
  if (guarded(nullptr, [&] { delete &storageOf(self); }) != TALLY_OK) {
    log(LogLevel::Error, "a storage threw while it was closed; what it held may be leaked");
  }
}

inline std::int32_t read(void* self, const tally_call* call, const tally_str* key, const tally_read_options* options,
                         const tally_sink* sink, tally_stat* stat, tally_error* error) {
  return guarded(error, [&] {
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
  return guarded(error, [&] {
    const WriteOptions how = optionsOf(*options);
    if (failed()) return;
    const Joined content(parts, part_count);
    fillVersion(stat, storageOf(self).write(viewOf(*key), content.view(), how, callOf(call)));
  });
}

inline std::int32_t append(void* self, const tally_call* call, const tally_str* key, const tally_bytes* parts,
                           std::uint64_t part_count, const tally_append_options* options, std::uint64_t* size,
                           tally_error* error) {
  return guarded(error, [&] {
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
  return guarded(error, [&] {
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
  const std::int32_t code = guarded(error, [&] {
    const auto known = storageOf(self).stat(viewOf(*key), callOf(call));
    if (known) fillStat(out, *known);
    found = known.has_value();
  });
  return code == TALLY_OK && !found ? TALLY_E_NOT_FOUND : code;
}

inline std::int32_t remove(void* self, const tally_call* call, const tally_str* key,
                           const tally_remove_options* options, std::uint32_t* existed, tally_error* error) {
  return guarded(error, [&] {
    refuseUnknownFlags(options->flags, TALLY_REMOVE_RECURSIVE);
    if (failed()) return;
    const RemoveOptions how{(options->flags & TALLY_REMOVE_RECURSIVE) != 0};
    *existed = storageOf(self).remove(viewOf(*key), how, callOf(call)) ? 1 : 0;
  });
}

inline constexpr tally_storage_ops kStorageOps = {
    TALLY_END_OF(tally_storage_ops, extension), 0, destroy, read, write, append, list, stat, remove, nullptr};

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
    if constexpr (std::is_constructible_v<Class, const Config&, const Call&>) {
      return std::make_unique<Class>(config, call);
    } else {
      static_assert(std::is_constructible_v<Class, const Config&>,
                    "a storage plugin's class has a constructor (const tally::sdk::Config&)");
      return std::make_unique<Class>(config);
    }
  }
}

template <typename Class>
std::int32_t create(const tally_config* config, const tally_call* call, tally_storage* out, tally_error* error,
                    std::uint32_t thread_model) noexcept {
  return guarded(error, [&] {
    auto storage = openStorage<Class>(Config(*config), callOf(call));
    if (failed()) return;
    if (storage == nullptr) {
      TALLY_THROW(Error(ErrorCode::PluginFault, "the plugin's open returned no storage"));
      return;
    }
    out->thread_model = thread_model;
    out->capabilities = storage->capabilities().bits();
    out->ops = &kStorageOps;
    out->self = storage.release();
  });
}

}  // namespace tally::sdk::detail
