#include "s2/wire/compression.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "tally/error.hpp"

namespace tally::s2 {
namespace {

constexpr int kFastest = 1;
constexpr std::size_t kFirstRoom = std::size_t{64} * 1024;
constexpr int kGzipWindow = 15 + 16;  // the largest window, in a gzip wrapping

[[noreturn]] void refuse(const char* why) {
  throw Error(ErrorCode::Unavailable, std::string("a compressed answer is ") + why +
                                          "; look for a proxy between here and the service, or unset s2.compression")
      .retryable(true);
}

/// One step more of room, up to `limit` and a byte, by which too much is seen.
void grow(std::string& out, std::size_t used, std::size_t limit) {
  if (used > limit) refuse("too large");
  out.resize(std::min(limit + 1, std::max(used * 2, kFirstRoom)));
}

std::string fromZstd(std::string_view bytes, std::size_t limit) {
  struct Deleter {
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
  };
  const std::unique_ptr<ZSTD_DCtx, Deleter> context(ZSTD_createDCtx());
  if (context == nullptr) throw Error(ErrorCode::Exhausted, "no memory to decompress an answer");
  std::string out;
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t used = 0, left = 1;
  while (left != 0) {
    if (used == out.size()) grow(out, used, limit);
    ZSTD_outBuffer room{out.data(), out.size(), used};
    left = ZSTD_decompressStream(context.get(), &room, &in);
    if (ZSTD_isError(left) != 0) refuse("damaged");
    if (left != 0 && in.pos == in.size && room.pos < room.size) refuse("cut");
    used = room.pos;
  }
  if (used > limit) refuse("too large");
  out.resize(used);
  return out;
}

std::string fromGzip(std::string_view bytes, std::size_t limit) {
  z_stream stream{};
  if (::inflateInit2(&stream, kGzipWindow) != Z_OK) {
    throw Error(ErrorCode::Exhausted, "no memory to decompress an answer");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, &::inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::size_t used = 0;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    if (used == out.size()) grow(out, used, limit);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.avail_out = static_cast<uInt>(out.size() - used);
    result = ::inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) refuse("damaged");
    used = out.size() - stream.avail_out;
    if (result == Z_OK && stream.avail_in == 0 && used < out.size()) refuse("cut");
  }
  if (used > limit) refuse("too large");
  out.resize(used);
  return out;
}

}  // namespace

std::string compressed(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kFastest);
  if (ZSTD_isError(size) != 0) throw Error(ErrorCode::Exhausted, "no memory to compress a request");
  out.resize(size);
  return out;
}

std::string decompressed(Compression how, std::string_view bytes, std::size_t limit) {
  switch (how) {
    case Compression::Zstd: return fromZstd(bytes, limit);
    case Compression::Gzip: return fromGzip(bytes, limit);
    case Compression::None: break;
  }
  return std::string(bytes);
}

}  // namespace tally::s2
