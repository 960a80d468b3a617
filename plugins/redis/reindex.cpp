#include "reindex.hpp"

#include <vector>

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

struct Objects final : EntrySink {
  std::string prefix, last;
  Names keys;
  void take(std::string_view name, bool is_directory) override {
    last = name;
    if (!is_directory) keys.push_back(prefix + last);
  }
};

std::uint64_t dropMissing(Directories& directories, const std::string& directory, const Call& call) {
  std::uint64_t dropped = 0;
  Objects page;
  if (!directory.empty()) page.prefix = directory + '/';
  for (bool more = true; more;) {
    page.keys.clear();
    const std::string after = page.last;
    more = directories.list(directory, {after, kAtOnce}, page, call);
    dropped += directories.dropMissing(page.keys, call);
  }
  return dropped;
}

void enterStreams(RedisStorage& storage, Node& node, ReindexReport& report, const Call& call) {
  scan(node, storage.names().prefix(), "stream", call, [&](const Names& streams) {
    Names keys;
    for (const auto& stream : streams) {
      if (auto key = storage.names().key(stream)) keys.push_back(std::move(*key));
    }
    report.objects += keys.size();
    report.refused += storage.directories().enter(keys, call);
  });
}

// Each set that is there, also one that no other set leads to.
void tidyDirectories(RedisStorage& storage, Node& node, ReindexReport& report, const Call& call) {
  const std::string& root = storage.names().indexRoot();
  scan(node, root, "zset", call, [&](const Names& sets) {
    Names directories;
    for (const auto& set : sets) directories.push_back(set.substr(root.size()));
    for (const auto& one : directories) report.dropped += dropMissing(storage.directories(), one, call);
    storage.directories().link(directories, call);
  });
}

}  // namespace

ReindexReport reindex(RedisStorage& storage, const Call& call) {
  ReindexReport report;
  const auto nodes = storage.finder().find(call).nodes(call);
  for (const auto& node : nodes) enterStreams(storage, *node, report, call);
  for (const auto& node : nodes) tidyDirectories(storage, *node, report, call);
  return report;
}

}  // namespace tally::redis
