#pragma once
// What comes over the C interface as C++ values, and the other way round: texts, calls, options, states.

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tally/plugin_abi.h"
#include "tally/sdk/guard.hpp"
#include "tally/storage.hpp"

namespace tally::sdk::detail {

inline IStorage& storageOf(void* self) noexcept { return *static_cast<IStorage*>(self); }
inline std::string_view viewOf(const tally_str& text) noexcept {
  return text.size == 0 ? std::string_view{} : std::string_view(text.data, text.size);
}
inline std::string_view viewOf(const tally_bytes& bytes) noexcept {
  return bytes.size == 0 ? std::string_view{} : std::string_view(static_cast<const char*>(bytes.data), bytes.size);
}

TALLY_DETAIL_INLINE inline Call callOf(const tally_call* view) noexcept {
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

inline void refuseFlags() {
  TALLY_THROW(Error(ErrorCode::Unsupported, "the host asks for an option that this plugin does not know"));
}
inline void refuseUnknownFlags(std::uint32_t flags, std::uint32_t known) {
  if ((flags & ~known) != 0) refuseFlags();
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

inline RemoveOptions optionsOf(const tally_remove_options& view) {
  refuseUnknownFlags(view.flags, TALLY_REMOVE_RECURSIVE);
  return RemoveOptions{(view.flags & TALLY_REMOVE_RECURSIVE) != 0};
}

inline AppendOptions optionsOf(const tally_append_options& view) {
  refuseUnknownFlags(view.flags, TALLY_APPEND_AT_SIZE | TALLY_APPEND_TOKEN);
  AppendOptions options;
  if ((view.flags & TALLY_APPEND_AT_SIZE) != 0) options.expected_size = view.expected_size;
  if ((view.flags & TALLY_APPEND_TOKEN) != 0) options.token = viewOf(view.token);
  return options;
}

}  // namespace tally::sdk::detail
