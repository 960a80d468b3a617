#include "s2/wire/frames.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "s2/wire/compression.hpp"
#include "tally/error.hpp"

namespace tally::s2 {
namespace {

constexpr unsigned kErrorBit = 0x80, kCompressionBits = 0x60, kUnusedBits = 0x0F;
constexpr unsigned kZstdBits = 0x20, kGzipBits = 0x40;

unsigned byteAt(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

[[noreturn]] void noFrame(const std::string& why) {
  throw Error(ErrorCode::Unavailable,
              "the session carries what is no frame: " + why + "; look for a proxy between here and the service")
      .retryable(true);
}

std::string frameOf(std::string_view payload, unsigned flags) {
  const std::size_t size = payload.size() + 1;  // with the flags
  std::string frame;
  frame.reserve(kFrameHead + payload.size());
  for (const unsigned shift : {16U, 8U, 0U}) frame.push_back(static_cast<char>(size >> shift & 0xFFU));
  frame.push_back(static_cast<char>(flags));
  frame.append(payload);
  return frame;
}

Compression compressionOf(unsigned flags) {
  const unsigned bits = flags & kCompressionBits;
  if (bits == kZstdBits) return Compression::Zstd;
  return bits == kGzipBits ? Compression::Gzip : Compression::None;
}

}  // namespace

std::string encodeFrame(std::string_view message, bool may_compress) {
  if (message.size() >= kMaxFrameBytes) throw Error(ErrorCode::InvalidArgument, "a message does not fit into a frame");
  if (!may_compress || message.size() < kWorthCompressing) return frameOf(message, 0);
  const std::string smaller = compressed(message);
  return smaller.size() < message.size() ? frameOf(smaller, kZstdBits) : frameOf(message, 0);
}

void FrameReader::push(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    if (ended_) noFrame("bytes behind the last frame");
    if (head_.size() < kFrameHead) {
      const std::size_t taken = std::min(kFrameHead - head_.size(), bytes.size());
      head_.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (head_.size() < kFrameHead) return;
      open();
    }
    const std::size_t taken = std::min(size_ - filled_, bytes.size());
    std::memcpy(room_.bytes + filled_, bytes.data(), taken);
    bytes.remove_prefix(taken);
    filled_ += taken;
    if (filled_ == size_) take(close());
  }
}

void FrameReader::open() {
  const std::size_t size = byteAt(head_, 0) << 16U | byteAt(head_, 1) << 8U | byteAt(head_, 2);
  const unsigned flags = byteAt(head_, 3);
  if (size == 0 || size > kMaxFrameBytes) noFrame("a size of " + std::to_string(size));
  if ((flags & kCompressionBits) == kCompressionBits) noFrame("an unknown compression");
  if ((flags & kErrorBit) != 0 && (flags & kCompressionBits) != 0) noFrame("a compressed error");
  if ((flags & kUnusedBits) != 0) noFrame("unknown flags");
  if ((flags & kErrorBit) != 0 && size < 3) noFrame("an error without a status");
  size_ = size - 1;
  filled_ = 0;
  room_ = memory_.take(size_);
}

Frame FrameReader::close() {
  const unsigned flags = byteAt(head_, 3);
  Frame frame;
  frame.is_error = (flags & kErrorBit) != 0;
  frame.payload = {room_.bytes, size_};
  frame.owner = std::move(room_.owner);
  if (frame.is_error) {
    frame.status = static_cast<int>(byteAt(frame.payload, 0) << 8U | byteAt(frame.payload, 1));
    frame.payload.remove_prefix(2);
    ended_ = true;
  }
  const Compression how = compressionOf(flags);
  if (how != Compression::None) {
    const auto plain = std::make_shared<const std::string>(decompressed(how, frame.payload, kMaxFrameBytes - 1));
    frame.payload = *plain;
    frame.owner = plain;
  }
  head_.clear();
  return frame;
}

}  // namespace tally::s2
