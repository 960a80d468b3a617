#include "redis/names/index_sample.hpp"

#include <set>
#include <string>
#include <vector>

#include "redis/names/key_scan.hpp"

namespace tally::redis {
namespace {

constexpr int kPages = 10;
constexpr std::size_t kObjects = 1000;

std::vector<std::string> someKeys(Node& node, const KeyNames& names, const Call& call) {
  std::vector<std::string> keys;
  int pages = 0;
  scan(node, names.prefix(), "stream", call, [&](const std::vector<std::string>& streams) {
    for (const auto& stream : streams) {
      if (auto key = names.key(stream)) keys.push_back(std::move(*key));
    }
    return ++pages < kPages && keys.size() < kObjects;
  });
  return keys;
}

// What the names of the stream's store may begin with, if that is one below ours.
std::vector<std::string> prefixesBelow(const std::string& ours, const std::string& stream) {
  std::vector<std::string> below;
  for (auto end = stream.find(':', ours.size()); end != stream.npos; end = stream.find(':', end + 1)) {
    const std::string prefix = stream.substr(0, end + 1);
    if (prefix.find('{') == prefix.npos || prefix.find('}') != prefix.npos) below.push_back(prefix);
  }
  return below;
}

std::set<std::string> storesAmong(const std::set<std::string>& prefixes, ServerFinder& finder, const Call& call) {
  std::vector<Request> questions;
  for (const auto& prefix : prefixes) {
    std::string root = KeyNames(prefix).indexRoot();
    Command question("EXISTS");
    question.arg(root);
    questions.push_back({std::move(question), std::move(root), Effect::Reads});
  }
  const auto answers = finder.find(call).run(std::move(questions), call);
  std::set<std::string> stores;
  std::size_t i = 0;
  for (const auto& prefix : prefixes) {
    if (answers[i++].value().integer() != 0) stores.insert(prefix);
  }
  return stores;
}

// How many of the streams belong to this store, and to none whose prefix begins with ours.
std::uint64_t countOurs(const std::vector<std::string>& streams, const std::string& ours, ServerFinder& finder,
                        const Call& call) {
  std::set<std::string> prefixes;
  for (const auto& stream : streams) {
    for (auto& prefix : prefixesBelow(ours, stream)) prefixes.insert(std::move(prefix));
  }
  const auto stores = storesAmong(prefixes, finder, call);
  std::uint64_t count = 0;
  for (const auto& stream : streams) {
    bool theirs = false;
    for (const auto& prefix : prefixesBelow(ours, stream)) theirs |= stores.count(prefix) != 0;
    if (!theirs) ++count;
  }
  return count;
}

}  // namespace

IndexSample sampleIndex(ServerFinder& finder, const KeyNames& names, Directories& directories, const Call& call) {
  std::vector<std::string> keys;
  for (const auto& node : finder.find(call).nodes(call)) {
    for (auto& key : someKeys(*node, names, call)) keys.push_back(std::move(key));
  }
  const auto listed = directories.haveEntries(keys, call);
  std::vector<std::string> streams;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!listed[i]) streams.push_back(names.stream(keys[i]));
  }
  return {keys.size(), streams.empty() ? 0 : countOurs(streams, names.prefix(), finder, call)};
}

}  // namespace tally::redis
