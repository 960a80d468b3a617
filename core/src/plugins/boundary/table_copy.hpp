#pragma once
// How a table from a plugin becomes ours: as much as both sides know is copied, the rest is zero.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace tally::plugins {

inline constexpr std::uint32_t kLargestStruct = 65536;

/// What an operator can do about a plugin that breaks the interface.
inline constexpr const char* kAskAuthor = ": ask its author for a build that keeps the plugin interface";

/// Copy `theirs` into a zeroed `Table`. `first_release` is the struct_size of the very first version of the struct,
/// `known` the one of this host.
/// Errors: PluginBadDescriptor for null, or a struct_size that no plugin can have.
template <typename Table>
Table copyTable(const Table* theirs, std::uint32_t first_release, std::uint32_t known, const char* what) {
  const auto garbage = [&](const std::string& why) {
    throw Error(ErrorCode::PluginBadDescriptor,
                std::string("the plugin's ") + what + " is garbage: " + why + kAskAuthor);
  };
  if (theirs == nullptr) garbage("it is null");
  std::uint32_t size = 0;
  std::memcpy(&size, theirs, sizeof size);
  if (size < first_release || size > kLargestStruct) garbage("its struct_size is " + std::to_string(size));
  Table ours{};
  std::memcpy(&ours, theirs, std::min(size, known));
  ours.struct_size = std::min(size, known);
  return ours;
}

/// Where the first release of a table of functions ended, and stubs for what came later:
///   static constexpr std::uint32_t kEnd = TALLY_END_OF(Table, last_slot_of_the_first_release);
///   static void addStubs(Table& table) { stub(table.slot_that_came_later); }
template <typename Table>
struct FirstRelease;

/// Fill a slot that an older plugin lacks.
template <typename... Parameters>
void stub(std::int32_t (*&slot)(Parameters...)) noexcept {
  if (slot == nullptr) slot = [](Parameters...) -> std::int32_t { return TALLY_E_UNSUPPORTED; };
}

/// The same for a table of functions alone. What its first release had must be there; what came later and is missing
/// answers TALLY_E_UNSUPPORTED.
/// Errors: also PluginBadDescriptor when a function of the first release is null.
template <typename Table>
Table copyFunctions(const Table* theirs, const char* what) {
  constexpr std::uint32_t kEnd = FirstRelease<Table>::kEnd;
  constexpr std::size_t kHead = 2 * sizeof(std::uint32_t);  // struct_size, reserved
  constexpr std::size_t kSlots = (kEnd - kHead) / sizeof(void*);
  static_assert(kHead + kSlots * sizeof(void*) == kEnd && kEnd <= sizeof(Table), "a table of functions alone");
  Table ours = copyTable(theirs, kEnd, sizeof(Table), what);
  std::array<const void*, kSlots> slots;
  std::memcpy(slots.data(), reinterpret_cast<const char*>(&ours) + kHead, sizeof slots);
  if (std::find(slots.begin(), slots.end(), nullptr) != slots.end()) {
    throw Error(ErrorCode::PluginBadDescriptor, std::string("the plugin's ") + what + " lacks a function" + kAskAuthor);
  }
  FirstRelease<Table>::addStubs(ours);
  return ours;
}

}  // namespace tally::plugins
