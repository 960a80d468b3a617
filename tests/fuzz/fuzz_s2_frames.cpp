// Frames of a session: however the connection cuts the bytes, they are the same frames, or the same refusal of them.

#include <algorithm>
#include <cstdlib>
#include <string>
#include <tuple>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "s2/wire/frames.hpp"
#include "tally/error.hpp"

namespace {

struct Reading {
  std::vector<std::tuple<bool, bool, int, std::string>> frames;
  bool refused = false, at_boundary = false;
  bool operator==(const Reading&) const = default;
};

Reading readIn(std::string_view bytes, std::size_t step) {
  Reading reading;
  tally::s2::FrameReader reader;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.push(bytes.substr(at, step), [&](tally::s2::Frame&& frame) {
        reading.frames.emplace_back(frame.is_error, frame.server_leaves, frame.status, frame.payload);
      });
    }
    reading.at_boundary = reader.atBoundary();
  } catch (const tally::Error&) {
    reading.refused = true;
  }
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Reading whole = readIn(bytes, std::max<std::size_t>(size, 1));
  if (!(readIn(bytes, 1) == whole) || !(readIn(bytes, 7) == whole)) std::abort();
  return 0;
}
