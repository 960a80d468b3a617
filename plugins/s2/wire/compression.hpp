#pragma once
// Compression of bodies and frames. zstd is what we send; the service may answer with either.

#include <cstddef>
#include <string>
#include <string_view>

namespace tally::s2 {

enum class Compression { None, Zstd, Gzip };

/// Below this size it costs more than it saves.
inline constexpr std::size_t kWorthCompressing = 1024;

/// Compressed with zstd, fast rather than small. Errors: Exhausted.
std::string compressed(std::string_view bytes);

/// Errors: Unavailable for what is damaged, or would be larger than `limit`. Cost: memory for at most `limit`.
std::string decompressed(Compression how, std::string_view bytes, std::size_t limit);

}  // namespace tally::s2
