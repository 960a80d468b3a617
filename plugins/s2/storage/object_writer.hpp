#pragma once
// Changes of one object: which batches go out, under which conditions, and what is remembered of them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "s2/storage/basin_api.hpp"
#include "s2/storage/batch_writer.hpp"
#include "s2/storage/places.hpp"
#include "s2/storage/stream_memory.hpp"
#include "tally/storage.hpp"

namespace tally::s2 {

/// What a change is made to.
struct Target {
  std::string_view key;
  std::string stream;
  std::optional<std::string> fence = {};  ///< only while this is the stream's fencing token
};

/// Threads: any. Errors of every function: those of IStorage; Conflict also when the fencing token is another one.
class ObjectWriter {
 public:
  ObjectWriter(BasinApi& api, StreamMemory& memory, Places& places) noexcept
      : api_(api), memory_(memory), places_(places), writer_(api, memory) {}

  /// Before the first change of a key: can it be a file? Errors: IsADirectory, NotADirectory. Cost: one round trip if
  /// the stream is not known yet.
  void know(const Target& target, const Call& call);

  /// As IStorage::write with these options.
  Version write(const Target& target, std::string_view content, const WriteOptions& options, const Call& call);
  /// As IStorage::append with these options. Without any the size is told of a new object only.
  /// Cost: one round trip, two with an expected size; a read besides for a token, and where the size is not known.
  /// Above 1 MiB as StagedWriter says.
  std::optional<std::uint64_t> append(const Target& target, std::string_view content, const AppendOptions& options,
                                      const Call& call);

 private:
  Version replace(const Target& target, std::string_view content, const Call& call);
  std::optional<Version> replaceAt(const Target& target, std::string_view content, std::uint64_t tail,
                                   const Call& call);
  Version create(const Target& target, std::string_view content, const Call& call);
  Version replaceVersion(const Target& target, std::string_view content, const Version& version, const Call& call);
  std::optional<StreamMemory::Known> stillKnown(const std::string& stream, const Call& call);
  std::optional<std::uint64_t> appendPlain(const Target& target, std::string_view content, const Call& call);
  std::optional<AppendAck> appendAt(const Target& target, std::string_view content, std::string_view token,
                                    std::uint64_t tail, const Call& call);
  std::optional<std::uint64_t> appendChecked(const Target& target, std::string_view content,
                                             const AppendOptions& options, const Call& call);

  BasinApi& api_;
  StreamMemory& memory_;
  Places& places_;
  BatchWriter writer_;
};

}  // namespace tally::s2
