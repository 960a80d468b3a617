#pragma once
// The frames of a session: "s2s/proto" bodies in both directions.
//
//   3 bytes   size of all that follows, big-endian; at most 2 MiB
//   1 byte    bit 7 the last frame, an error; bits 6 and 5 compression; bit 4 the server will go away; others zero
//   the rest  a protobuf message; of an error 2 bytes of HTTP status, big-endian, and a JSON text

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "s2/wire/bulk_memory.hpp"
#include "s2/wire/session_reader.hpp"

namespace tally::s2 {

inline constexpr std::size_t kMaxFrameBytes = std::size_t{2} * 1024 * 1024;
inline constexpr std::size_t kFrameHead = 4;

/// `message` as a frame, compressed if it `may` be and that is worth it. Errors: InvalidArgument above the size of a
/// frame.
std::string encodeFrame(std::string_view message, bool may_compress = false);

/// Cuts a body into frames as its bytes come in.
/// Threads: one. Cost: one copy of the payload; memory of one frame, decompressed, and see BulkMemory.
class FrameReader final : public SessionReader {
 public:
  void push(std::string_view bytes, const Take& take) override;
  bool atBoundary() const noexcept override { return head_.empty(); }

 private:
  void open();
  Frame close();

  BulkMemory memory_;
  std::string head_;  // length and flags, as far as they have come
  BulkMemory::Room room_;
  std::size_t size_ = 0, filled_ = 0;  // of the payload in the room
  bool ended_ = false;
};

}  // namespace tally::s2
