#pragma once
// What a reader of sessions makes of bytes; the same, however they are cut.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "s2/wire/session_reader.hpp"
#include "tally/error.hpp"

namespace tally::fuzz {

struct SessionReading {
  std::vector<std::tuple<bool, int, std::string>> frames;
  bool refused = false, at_boundary = false;
  bool operator==(const SessionReading&) const = default;
};

template <typename Reader>
SessionReading readIn(std::string_view bytes, std::size_t step) {
  SessionReading reading;
  Reader reader;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.push(bytes.substr(at, step),
                  [&](s2::Frame&& frame) { reading.frames.emplace_back(frame.is_error, frame.status, frame.payload); });
    }
    reading.at_boundary = reader.atBoundary();
  } catch (const Error&) {
    reading.refused = true;
  }
  return reading;
}

template <typename Reader>
int readInPieces(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const SessionReading whole = readIn<Reader>(bytes, std::max<std::size_t>(size, 1));
  if (!(readIn<Reader>(bytes, 1) == whole) || !(readIn<Reader>(bytes, 7) == whole)) std::abort();
  return 0;
}

}  // namespace tally::fuzz
