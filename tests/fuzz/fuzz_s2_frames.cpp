// The frames of a session: whatever comes, and however it is cut, the same frames or a refusal.

#include "fuzz/fuzz.hpp"
#include "fuzz/session_reading.hpp"
#include "s2/wire/frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tally::fuzz::readInPieces<tally::s2::FrameReader>(data, size);
}
