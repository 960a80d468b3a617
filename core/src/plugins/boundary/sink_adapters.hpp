#pragma once
// The C++ sinks of a read and of a listing as C sinks.

#include <cstdint>
#include <string_view>

#include "plugins/boundary/name_order.hpp"
#include "plugins/boundary/sink_guard.hpp"
#include "plugins/boundary/views.hpp"
#include "tally/plugin_abi.h"
#include "tally/storage.hpp"

namespace tally::plugins {

/// Lives for one read, of at most `most` bytes.
class ByteSinkAdapter {
 public:
  explicit ByteSinkAdapter(ByteSink& out, std::uint64_t most = UINT64_MAX) noexcept : out_(out), left_(most) {
    view_ = {TALLY_END_OF(tally_sink, commit), 0, this, put, grow, commit};
  }
  const tally_sink* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }

 private:
  static std::int32_t put(void* self, const void* data, std::uint64_t size) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    sink.room_ = 0;
    if (size > sink.left_) return sink.tooMany();
    if (data == nullptr && size != 0) return sink.guard_.fault("the plugin delivered bytes from nowhere");
    sink.left_ -= size;
    return sink.guard_.attempt([&] { sink.out_.put({static_cast<const char*>(data), size}); });
  }
  static void* grow(void* self, std::uint64_t want, std::uint64_t* capacity) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    char* const room = sink.guard_.room([&] { return sink.out_.grow(want); });
    sink.room_ = room == nullptr ? 0 : want;
    *capacity = sink.room_;
    return room;
  }
  static std::int32_t commit(void* self, std::uint64_t size) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    if (size > sink.room_) return sink.guard_.fault("the plugin committed more bytes than it asked room for");
    if (size > sink.left_) return sink.tooMany();
    sink.room_ = 0;
    sink.left_ -= size;
    return sink.guard_.attempt([&] { sink.out_.commit(size); });
  }
  [[gnu::cold]] std::int32_t tooMany() noexcept {
    return guard_.fault("the plugin delivered more bytes than it was asked for");
  }

  ByteSink& out_;
  tally_sink view_;
  std::uint64_t room_ = 0, left_;
  SinkGuard guard_;
};

/// Lives for one listing.
class EntrySinkAdapter {
 public:
  EntrySinkAdapter(EntrySink& out, const ListOptions& options) noexcept
      : out_(out), order_(options.start_after), left_(options.limit == 0 ? UINT64_MAX : options.limit) {
    view_ = {TALLY_END_OF(tally_entry_sink, put), 0, this, put};
  }
  const tally_entry_sink* view() const noexcept { return &view_; }
  void rethrow() const { guard_.rethrow(); }

 private:
  static std::int32_t put(void* self, const tally_entry* entry) noexcept {
    auto& sink = *static_cast<EntrySinkAdapter*>(self);
    if (entry->struct_size < TALLY_END_OF(tally_entry, name)) return sink.cutShort();
    const std::string_view name = isNowhere(entry->name) ? std::string_view() : viewOf(entry->name);
    const auto verdict = sink.order_.take(name);
    if (verdict != NameOrder::Verdict::Next || sink.left_ == 0) return sink.fault(verdict);
    --sink.left_;
    return sink.guard_.attempt([&] { sink.out_.take(name, entry->kind == TALLY_KIND_DIRECTORY); });
  }
  [[gnu::cold]] std::int32_t cutShort() noexcept {
    return guard_.fault("the plugin listed an entry that is cut short");
  }
  [[gnu::cold]] std::int32_t fault(NameOrder::Verdict verdict) noexcept {
    switch (verdict) {
      case NameOrder::Verdict::NoName: return guard_.fault("the plugin listed a name that is no single legal segment");
      case NameOrder::Verdict::NotGreater:
        return guard_.fault("the plugin listed names out of their order, or one twice");
      case NameOrder::Verdict::Next: break;
    }
    return guard_.fault("the plugin listed more names than it was asked for");
  }

  EntrySink& out_;
  tally_entry_sink view_;
  NameOrder order_;
  std::uint64_t left_;
  SinkGuard guard_;
};

}  // namespace tally::plugins
