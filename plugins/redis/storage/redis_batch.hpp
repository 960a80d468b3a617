#pragma once
// tally.batch/1: many objects in one pipeline; on a cluster one to each node, all at the same time.

#include "redis/names/directories.hpp"
#include "redis/objects/object_reader.hpp"
#include "redis/objects/object_writer.hpp"
#include "redis/servers/owner.hpp"
#include "redis/storage/batch_items.hpp"
#include "tally/extensions/batch.hpp"

namespace tally::redis {

/// What a batch works with; all of it outlives it.
struct BatchContext {
  const Owner& owner;
  ServerFinder& finder;
  Directories& directories;
  ObjectReader& reader;
  ObjectWriter& writer;
  IStorage& storage;  ///< for items that need more than one step
};

/// Cost: one round trip for each thousand items or 16 MiB, and one more for all of them that are not there. By
/// themselves are done: on a cluster what makes or removes an object; recursive removals.
class RedisBatch final : public Batch {
 public:
  explicit RedisBatch(BatchContext context) noexcept : context_(context) {}

  void readMany(const Keys& keys, BatchSink& out, const Call& call) override;
  void writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                 BatchSink& out, const Call& call) override;
  void statMany(const Keys& keys, BatchSink& out, const Call& call) override;
  void removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) override;

 private:
  void begin(const Keys& keys, const Call& call) const;
  template <typename Directory>
  void tellMissing(const Items& items, const Keys& keys, BatchSink& out, const Call& call, Directory&& directory);

  const BatchContext context_;
};

}  // namespace tally::redis
