#pragma once
// tally.reindex/1: the index made anew from the streams that are there, after other programs made some, or somebody
// touched the index.

#include "redis/names/directories.hpp"
#include "redis/servers/owner.hpp"
#include "tally/extensions/reindex.hpp"

namespace tally::redis {

/// The one place that goes through all keys of the server. What was there before and stays is entered. May be
/// repeated and interrupted. A stream whose key is a directory for others can't be listed, and is not counted.
/// Cost: one round trip for each thousand keys of the server, six for each thousand objects.
class RedisReindex final : public Reindex {
 public:
  RedisReindex(const Owner& owner, const KeyNames& names, ServerFinder& finder, Directories& directories) noexcept
      : owner_(owner), names_(names), finder_(finder), directories_(directories) {}
  ReindexResult rebuildIndex(ReindexProgress& progress, const Call& call) override;

 private:
  struct Work;
  void enterStreams(Node& node, Work& work, const Call& call);
  void tidyDirectories(Node& node, Work& work, const Call& call);

  const Owner& owner_;
  const KeyNames& names_;
  ServerFinder& finder_;
  Directories& directories_;
};

}  // namespace tally::redis
