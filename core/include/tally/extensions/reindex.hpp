#pragma once
// Optional ability: make the backend's index of names anew, from what is really there.

#include <cstdint>

#include "tally/storage.hpp"

namespace tally {

struct ReindexResult {
  std::uint64_t objects = 0;  ///< listed afterwards
  std::uint64_t added = 0;    ///< which the index did not know, those of other programs for instance
  std::uint64_t dropped = 0;  ///< which were not there any more
};

class TALLY_API ReindexProgress {
 public:
  virtual ~ReindexProgress() = default;
  /// Throwing from here ends the work; what was done is kept.
  virtual void lookedAt(std::uint64_t objects) = 0;
};

/// Threads: any, also while others read and write.   Lifetime: that of the storage.
class TALLY_API Reindex {
 public:
  static constexpr const char* kId = "tally.reindex/1";

  virtual ~Reindex() = default;
  /// Look at every name of the store. Objects that are there and stay are listed at every moment.
  /// Cost: follows the whole server, not only this store.
  virtual ReindexResult rebuildIndex(ReindexProgress& progress, const Call& call) = 0;
};

}  // namespace tally
