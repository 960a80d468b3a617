#include "redis_reindex.hpp"

#include <vector>

#include "children.hpp"

namespace tally::redis {
namespace {

constexpr std::uint64_t kAtOnce = 1000;

// '*' and the like mean themselves.
std::string patternOf(const std::string& prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

using Names = std::vector<std::string>;

// Go through the keys of one type that begin like this on one node, and hand them over by pages.
template <typename Visit>
void scan(Node& node, const std::string& prefix, const char* type, const Call& call, Visit&& visit) {
  std::string cursor = "0";
  do {
    Command command("SCAN");
    command.arg(cursor).arg("MATCH").arg(patternOf(prefix)).arg("COUNT").arg(kAtOnce).arg("TYPE").arg(type);
    const Reply reply = node.ask(std::move(command), call);
    const ReplyView keys = viewOf(reply)[1];
    Names page;
    for (std::size_t i = 0; i < keys.size(); ++i) page.push_back(std::string(keys[i].text()));
    visit(page);
    cursor = viewOf(reply)[0].text();
    call.check();
  } while (cursor != "0");
}

std::uint64_t dropMissing(Directories& directories, const std::string& directory, const Call& call) {
  std::uint64_t dropped = 0;
  std::string after;
  for (bool more = true; more;) {
    Children page(directory);
    more = directories.list(directory, {after, kAtOnce}, page, call);
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
