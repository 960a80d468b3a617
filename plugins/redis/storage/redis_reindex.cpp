#include "redis/storage/redis_reindex.hpp"

#include <vector>

#include "redis/names/children.hpp"
#include "redis/names/key_scan.hpp"

namespace tally::redis {
namespace {

using Names = std::vector<std::string>;

std::uint64_t dropMissing(Directories& directories, const std::string& directory, const Call& call) {
  std::uint64_t dropped = 0;
  std::string after;
  for (bool more = true; more;) {
    Children page(directory);
    more = directories.list(directory, {after, kScannedAtOnce}, page, call);
    dropped += directories.dropMissing(page.objects, call);
    dropped += directories.unlinkMissing(page.directories, call);
    after = page.last;
  }
  return dropped;
}

}  // namespace

struct RedisReindex::Work {
  ReindexResult result;
  ReindexProgress& progress;
};

void RedisReindex::enterStreams(Node& node, Work& work, const Call& call) {
  scan(node, names_.prefix(), "stream", call, [&](const Names& streams) {
    Names keys;
    for (const auto& stream : streams) {
      if (auto key = names_.key(stream)) keys.push_back(std::move(*key));
    }
    const auto known = directories_.haveEntries(keys, call), entered = directories_.enter(keys, call);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!entered[i]) continue;
      ++work.result.objects;
      if (!known[i]) ++work.result.added;
    }
    work.progress.lookedAt(work.result.objects);
    return true;
  });
}

// Each set that is there, also one that no other set leads to.
void RedisReindex::tidyDirectories(Node& node, Work& work, const Call& call) {
  const std::string& root = names_.indexRoot();
  scan(node, root, "zset", call, [&](const Names& sets) {
    Names directories;
    for (const auto& set : sets) directories.push_back(set.substr(root.size()));
    for (const auto& one : directories) work.result.dropped += dropMissing(directories_, one, call);
    directories_.link(directories, call);
    return true;
  });
}

ReindexResult RedisReindex::rebuildIndex(ReindexProgress& progress, const Call& call) {
  owner_.begin(call);
  Work work{{}, progress};
  const auto nodes = finder_.find(call).nodes(call);
  for (const auto& node : nodes) enterStreams(*node, work, call);
  for (const auto& node : nodes) tidyDirectories(*node, work, call);
  return work.result;
}

}  // namespace tally::redis
