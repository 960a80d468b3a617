#pragma once
// Files and directories: a stream store has neither, so a change asks first whether its key can be a file.

#include <string_view>

#include "s2/names/stream_names.hpp"
#include "s2/storage/basin_api.hpp"
#include "s2/storage/stream_memory.hpp"

namespace tally::s2 {

/// Threads: any. Two clients that create "a" and "a/b" at the same moment can both succeed.
class Places {
 public:
  Places(const StreamNames& names, BasinApi& api, StreamMemory& memory) noexcept
      : names_(names), api_(api), memory_(memory) {}

  /// Ask about a key's stream, what is below the key, and what is above it, all at once.
  /// Errors: IsADirectory; NotADirectory; and those of the service.
  /// Cost: one round trip; two requests, and one for each folder above that was not asked about before.
  StreamState check(std::string_view key, std::string_view stream, const Call& call);

  /// Whether anything lies below the key. Cost: one request.
  bool isDirectory(std::string_view key, const Call& call);

  /// After the key's stream has gone: the folders above may have gone too.
  void forgetAbove(std::string_view key);

 private:
  const StreamNames& names_;
  BasinApi& api_;
  StreamMemory& memory_;
};

}  // namespace tally::s2
