#pragma once
// A complete adapter that keeps everything in memory: the tutorial for authors, and a store for unit tests.
//
// It honours every option of the contract. Read it beside tally/storage.hpp: each method there is one method here,
// and the comments say why a line must be as it is. Directories are not stored; they exist through their children.
// The optional abilities are a file each, and may be left out: extension() is the only place that knows them.

#include <cstdint>
#include <optional>
#include <string_view>

#include "memory_append_stream.hpp"
#include "memory_consumer_group.hpp"
#include "memory_follow.hpp"
#include "memory_health.hpp"
#include "memory_lease.hpp"
#include "memory_objects.hpp"
#include "tally/extensions/batch.hpp"
#include "tally/storage.hpp"

namespace tally::examples {

/// Threads: any. Cost: every operation is a walk down one tree; append is amortised by the string.
class MemoryStorage final : public IStorage {
 public:
  // The names below would hide the short forms of the base class, s.write("key", "value") for instance.
  using IStorage::append;
  using IStorage::list;
  using IStorage::read;
  using IStorage::remove;
  using IStorage::stat;
  using IStorage::write;

  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options, const Call& call) override;
  std::optional<std::uint64_t> append(std::string_view key, std::string_view content, const AppendOptions& options,
                                      const Call& call) override;
  bool list(std::string_view directory, const ListOptions& options, EntrySink& out, const Call& call) override;
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override;
  bool remove(std::string_view key, const RemoveOptions& options, const Call& call) override;
  Capabilities capabilities() const noexcept override;
  void* extension(std::string_view id) override;

 private:
  using Clock = MemoryObjects::Clock;

  MemoryObjects objects_;
  BatchByOnes batch_{*this};  // nothing is gained by many at once where nothing is far away
  MemoryAppendStreams append_streams_{objects_};
  MemoryFollow follow_{objects_};
  MemoryConsumerGroups consumer_groups_{objects_};
  MemoryLeases leases_{objects_};
  MemoryHealth health_{objects_};
};

}  // namespace tally::examples
