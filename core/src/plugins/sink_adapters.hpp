#pragma once
// C++ sinks as C sinks. What a sink throws waits here until the plugin has returned; nothing crosses the line.

#include <cstdint>
#include <exception>
#include <string_view>

#include "tally/error.hpp"
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
  /// Throw what the sink threw, or PluginFault if the plugin broke the sink's rules.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
    if (fault_ != nullptr) throw Error(ErrorCode::PluginFault, fault_);
  }

 private:
  static std::int32_t put(void* self, const void* data, std::uint64_t size) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    sink.room_ = 0;
    return sink.attempt([&] { sink.out_.put({static_cast<const char*>(data), size}); });
  }
  static void* grow(void* self, std::uint64_t want, std::uint64_t* capacity) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    char* room = nullptr;
    if (sink.attempt([&] { room = sink.out_.grow(want); }) != TALLY_OK) return nullptr;
    sink.room_ = want;
    *capacity = want;
    return room;
  }
  static std::int32_t commit(void* self, std::uint64_t size) noexcept {
    auto& sink = *static_cast<ByteSinkAdapter*>(self);
    if (size > sink.room_) {
      sink.fault_ = "the plugin committed more bytes than it asked room for";
      return TALLY_E_PLUGIN_FAULT;
    }
    sink.room_ = 0;
    return sink.attempt([&] { sink.out_.commit(size); });
  }
  template <typename Action>
  std::int32_t attempt(Action&& action) noexcept {
    try {
      if (!failure_) action();
    } catch (...) {
      failure_ = std::current_exception();
    }
    return failure_ ? TALLY_E_CANCELLED : TALLY_OK;
  }

  ByteSink& out_;
  tally_sink view_;
  std::uint64_t room_ = 0;
  const char* fault_ = nullptr;
  std::exception_ptr failure_;
};

/// Lives for one listing.
class EntrySinkAdapter {
 public:
  explicit EntrySinkAdapter(EntrySink& out) noexcept : out_(out) {
    view_ = {TALLY_END_OF(tally_entry_sink, put), 0, this, put};
  }
  const tally_entry_sink* view() const noexcept { return &view_; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
    if (fault_ != nullptr) throw Error(ErrorCode::PluginFault, fault_);
  }

 private:
  static std::int32_t put(void* self, const tally_entry* entry) noexcept {
    auto& sink = *static_cast<EntrySinkAdapter*>(self);
    const std::string_view name(entry->name.data, entry->name.size);
    if (!isName(name)) {
      sink.fault_ = "the plugin listed a name that is no single legal segment";
      return TALLY_E_PLUGIN_FAULT;
    }
    try {
      if (!sink.failure_) sink.out_.take(name, entry->kind == TALLY_KIND_DIRECTORY);
    } catch (...) {
      sink.failure_ = std::current_exception();
    }
    return sink.failure_ ? TALLY_E_CANCELLED : TALLY_OK;
  }
  static bool isName(std::string_view name) noexcept {
    return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos && name.find('\0') == name.npos;
  }

  EntrySink& out_;
  tally_entry_sink view_;
  const char* fault_ = nullptr;
  std::exception_ptr failure_;
};

}  // namespace tally::plugins
