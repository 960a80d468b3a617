#pragma once
// Which of the 16384 slots of a Redis Cluster a key belongs to.

#include <cstdint>
#include <string>
#include <string_view>

namespace tally::redis {

inline constexpr std::uint32_t kSlots = 16384;

/// The part of a key that decides: between the first '{' and the '}' behind it, if something stands there.
std::string_view hashedPart(std::string_view key) noexcept;
std::uint32_t slotOf(std::string_view key) noexcept;
/// A short text without braces whose slot it is. Cost: some ten thousand hashes; for names that are rarely met.
std::string tagOfSlot(std::uint32_t slot);

}  // namespace tally::redis
