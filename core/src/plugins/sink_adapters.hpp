#pragma once
// The C++ sinks of a read and of a listing as C sinks.

#include <cstdint>
#include <string_view>

#include "plugins/line_views.hpp"
#include "plugins/sink_guard.hpp"
#include "tally/plugin_abi.h"
#include "tally/storage.hpp"

namespace tally::plugins {

/// Lives for one read.
class ByteSinkAdapter {
 public:
  explicit ByteSinkAdapter(ByteSink& out) noexcept : out_(out) {
    view_ = {TALLY_END_OF(tally_sink, commit), 0, this, put, grow, commit};
  }
  const tally_sink* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }

 private:
  static std::int32_t put(void* self, const void* data, std::uint64_t size) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    sink.room_ = 0;
    return sink.guard_.attempt([&] { sink.out_.put({static_cast<const char*>(data), size}); });
  }
  static void* grow(void* self, std::uint64_t want, std::uint64_t* capacity) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    char* room = nullptr;
    if (sink.guard_.attempt([&] { room = sink.out_.grow(want); }) != TALLY_OK) return nullptr;
    sink.room_ = want;
    *capacity = want;
    return room;
  }
  static std::int32_t commit(void* self, std::uint64_t size) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    if (size > sink.room_) return sink.guard_.fault("the plugin committed more bytes than it asked room for");
    sink.room_ = 0;
    return sink.guard_.attempt([&] { sink.out_.commit(size); });
  }

  ByteSink& out_;
  tally_sink view_;
  std::uint64_t room_ = 0;
  SinkGuard guard_;
};

/// Lives for one listing.
class EntrySinkAdapter {
 public:
  explicit EntrySinkAdapter(EntrySink& out) noexcept : out_(out) {
    view_ = {TALLY_END_OF(tally_entry_sink, put), 0, this, put};
  }
  const tally_entry_sink* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }

 private:
  static std::int32_t put(void* self, const tally_entry* entry) noexcept {
    auto& sink = *static_cast<EntrySinkAdapter*>(self);
    const std::string_view name = viewOf(entry->name);
    if (!isName(name)) return sink.guard_.fault("the plugin listed a name that is no single legal segment");
    return sink.guard_.attempt([&] { sink.out_.take(name, entry->kind == TALLY_KIND_DIRECTORY); });
  }
  static bool isName(std::string_view name) noexcept {
    return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos && name.find('\0') == name.npos;
  }

  EntrySink& out_;
  tally_entry_sink view_;
  SinkGuard guard_;
};

}  // namespace tally::plugins
