#pragma once
// C++ values as the C interface wants them, and what it answers as C++ values again.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/boundary/error_convert.hpp"
#include "plugins/boundary/host_services.hpp"
#include "tally/error.hpp"
#include "tally/plugin_abi.h"
#include "tally/storage.hpp"

namespace tally::plugins {

inline tally_str strOf(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline tally_bytes bytesOf(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }
inline std::string_view viewOf(const tally_str& text) noexcept {
  return text.size == 0 ? std::string_view{} : std::string_view(text.data, text.size);
}
inline std::string_view viewOf(const tally_bytes& bytes) noexcept {
  return bytes.size == 0 ? std::string_view{} : std::string_view(static_cast<const char*>(bytes.data), bytes.size);
}

/// Whether a text or bytes from the plugin have a length, but lie nowhere.
template <typename View>
bool isNowhere(const View& view) noexcept {
  return view.data == nullptr && view.size != 0;
}

/// A tally_stat in which nothing is known, for a plugin to fill.
struct StatFrame {
  tally_stat view;
  StatFrame() noexcept {
    view.struct_size = TALLY_END_OF(tally_stat, version);
    view.kind = TALLY_KIND_FILE;
    view.size = TALLY_UNKNOWN_SIZE;
    view.modified_ns = TALLY_UNKNOWN_TIME;
    view.version_size = 0;
  }
  /// From a struct of the plugin, as much of it as there is. Null: nothing is known.
  explicit StatFrame(const tally_stat* theirs) noexcept : StatFrame() {
    if (theirs == nullptr) return;
    std::memcpy(&view, theirs, std::min(theirs->struct_size, view.struct_size));
    view.struct_size = TALLY_END_OF(tally_stat, version);
  }
  Version version() const {
    if (view.version_size > TALLY_VERSION_BYTES) {
      throw Error(ErrorCode::PluginFault, "the plugin gave a version above 63 bytes");
    }
    return Version({reinterpret_cast<const char*>(view.version), view.version_size});
  }
  /// Made where the caller wants it: to copy what was just written in parts costs more than the rest of a call.
  StorageStat stat() const {
    const bool is_directory = view.kind == TALLY_KIND_DIRECTORY;
    return {is_directory, is_directory ? std::nullopt : size(), modified(), version()};
  }
  /// The same for std::optional, in place.
  operator StorageStat() const { return stat(); }  // NOLINT: converts on purpose

 private:
  std::optional<std::uint64_t> size() const noexcept {
    return view.size == TALLY_UNKNOWN_SIZE ? std::nullopt : std::optional(view.size);
  }
  std::optional<SystemTime> modified() const noexcept {
    if (view.modified_ns == TALLY_UNKNOWN_TIME) return std::nullopt;
    return SystemTime(std::chrono::nanoseconds(view.modified_ns));
  }
};

/// Call a slot of the plugin. What it throws across the boundary, which an adapter of the SDK can't, is its fault;
/// where the two sides share no C++ runtime, it ends the process instead.
template <typename Slot, typename... Arguments>
TALLY_DETAIL_INLINE inline auto callSlot(Slot* slot, Arguments... arguments) {
  constexpr const char* kThrew = "the plugin threw an exception across the boundary (rule R6 of plugin_abi.h)";
  try {
    return slot(arguments...);
  } catch (const std::exception& thrown) {
    throw Error(ErrorCode::PluginFault, std::string(kThrew) + ": " + thrown.what());
  } catch (...) {
    throw Error(ErrorCode::PluginFault, kThrew);
  }
}

/// The same for a slot that can't fail: what it throws is logged.
template <typename... Parameters, typename... Arguments>
void callSlotAndLog(const std::string& plugin, void (*slot)(Parameters...), Arguments... arguments) noexcept {
  try {
    callSlot(slot, arguments...);
  } catch (const std::exception& thrown) {
    logWarning(plugin, thrown.what());
  }
}

/// An error struct that is ready to be filled, and the check of the answer that came with it.
struct ErrorFrame {
  tally_error view;
  ErrorFrame() noexcept { prepare(view); }
  /// Throw what a code other than TALLY_OK means.
  void check(std::int32_t code) const {
    if (code != TALLY_OK) raise(code);
  }

 private:
  [[noreturn, gnu::cold]] void raise(std::int32_t code) const { throw toError(code, view); }
};

}  // namespace tally::plugins
