#pragma once
// The host's C sinks as the C++ sinks that adapters fill.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tally/plugin_abi.h"
#include "tally/sdk/guard.hpp"
#include "tally/storage.hpp"

namespace tally::sdk::detail {

/// A C sink of the host whose put takes one thing. Without exceptions an adapter may go on after the sink has said
/// stop; the host is then not asked again.
template <typename Sink>
class Outlet {
 public:
  explicit Outlet(const Sink* sink) noexcept : sink_(sink) {}
  template <typename... Parts>
  void put(Parts... parts) {
    if (!stopped_) check(sink_->put(sink_->self, parts...));
  }
  /// Obey what another function of the sink has answered.
  void check(std::int32_t code) {
    stopped_ = code != TALLY_OK;
    if (stopped_) stopAt(code);
  }
  bool stopped() const noexcept { return stopped_; }
  const Sink& sink() const noexcept { return *sink_; }

 private:
  const Sink* sink_;
  bool stopped_ = false;
};

class HostSink final : public ByteSink {
 public:
  explicit HostSink(const tally_sink* sink) noexcept : outlet_(sink) {}
  void put(std::string_view bytes) override { outlet_.put(bytes.data(), bytes.size()); }
  char* grow(std::size_t size) override {
    const tally_sink& sink = outlet_.sink();
    std::uint64_t capacity = 0;
    void* room = outlet_.stopped() ? nullptr : sink.grow(sink.self, size, &capacity);
    if (room == nullptr) TALLY_THROW(Error(ErrorCode::Exhausted, "the reader has no room for the bytes"));
    return static_cast<char*>(room);
  }
  void commit(std::size_t size) override {
    if (!outlet_.stopped()) outlet_.check(outlet_.sink().commit(outlet_.sink().self, size));
  }

 private:
  Outlet<tally_sink> outlet_;
};

class HostEntrySink final : public EntrySink {
 public:
  explicit HostEntrySink(const tally_entry_sink* sink) noexcept : outlet_(sink) {}
  void take(std::string_view name, bool is_directory) override {
    const tally_entry entry{TALLY_END_OF(tally_entry, name),
                            is_directory ? TALLY_KIND_DIRECTORY : TALLY_KIND_FILE,
                            {name.data(), name.size()}};
    outlet_.put(&entry);
  }

 private:
  Outlet<tally_entry_sink> outlet_;
};

}  // namespace tally::sdk::detail
