#pragma once
// The bytes of objects, one stream each, as readers see them.

#include <optional>
#include <string_view>
#include <vector>

#include "redis/names/directories.hpp"
#include "redis/names/key_names.hpp"
#include "redis/servers/server_finder.hpp"
#include "tally/storage.hpp"

namespace tally::redis {

/// Keys are legal, and not the root. Threads: any.
class ObjectReader {
 public:
  ObjectReader(const KeyNames& names, ServerFinder& finder, Directories& directories) noexcept
      : names_(names), finder_(finder), directories_(directories) {}

  /// IStorage::read. Cost: one round trip; two on a cluster when there is no such object.
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call);
  /// IStorage::stat. Cost: one round trip; two on a cluster when there is no such object, or when others have appended
  /// to it.
  std::optional<StorageStat> stat(std::string_view key, const Call& call);

  /// The questions for all entries of an object, and for the last one. An empty list means that there is no such
  /// object.
  Request wholeRequest(std::string_view key) const;
  Request lastRequest(std::string_view key) const;

 private:
  StorageStat readWhole(std::string_view key, ByteSink& out, const Call& call);
  StorageStat readPart(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call);
  Reply askPart(std::string_view key, const ByteRange& range, const Call& call);
  std::vector<Answer> ask(std::string_view key, Request question, const Call& call);
  bool isDirectory(std::string_view key, const std::vector<Answer>& answers, const Call& call);

  const KeyNames& names_;
  ServerFinder& finder_;
  Directories& directories_;
};

}  // namespace tally::redis
