#pragma once
// The bytes of objects, one stream each, as readers see them.

#include <optional>
#include <string_view>
#include <vector>

#include "directories.hpp"
#include "key_names.hpp"
#include "server_finder.hpp"
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

 private:
  StorageStat readWhole(std::string_view key, ByteSink& out, const Call& call);
  StorageStat readPart(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call);
  Reply askPart(std::string_view key, const ByteRange& range, const Call& call);
  std::vector<Answer> ask(std::string_view key, Command question, std::string stream, const Call& call);
  bool isDirectory(std::string_view key, const std::vector<Answer>& answers, const Call& call);

  const KeyNames& names_;
  ServerFinder& finder_;
  Directories& directories_;
};

}  // namespace tally::redis
