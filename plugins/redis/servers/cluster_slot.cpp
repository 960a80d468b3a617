#include "redis/servers/cluster_slot.hpp"

#include <array>

namespace tally::redis {
namespace {

// CRC-16/XMODEM, as the cluster specification asks for.
constexpr std::array<std::uint16_t, 256> makeTable() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto kTable = makeTable();

}  // namespace

std::string_view hashedPart(std::string_view key) noexcept {
  const std::size_t open = key.find('{');
  if (open == key.npos) return key;
  const std::size_t close = key.find('}', open + 1);
  if (close == key.npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

std::uint32_t slotOf(std::string_view key) noexcept {
  unsigned crc = 0;
  for (const char c : hashedPart(key)) {
    crc = ((crc << 8U) ^ kTable[((crc >> 8U) ^ static_cast<unsigned char>(c)) & 0xFFU]) & 0xFFFFU;
  }
  return crc % kSlots;
}

std::string tagOfSlot(std::uint32_t slot) {
  for (std::uint32_t number = 0;; ++number) {
    std::string tag = "s" + std::to_string(number);
    if (slotOf(tag) == slot) return tag;
  }
}

}  // namespace tally::redis
