#pragma once
// Mutants that are helpful with documents of the typed store. Each shows only what it spoils.

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "forwarding_storage.hpp"

namespace tally::test {

/// `kChange` makes the content that is read instead, by its key.
template <std::string (*kChange)(std::string_view key, std::string content)>
class ChangesContent final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    std::string content;
    StorageStat stat;
    {
      StringSink sink(content);
      stat = good().read(key, {}, sink, call);
    }
    content = kChange(key, std::move(content));
    out.put(std::string_view(content).substr(std::min<std::uint64_t>(range.offset, content.size()), range.length));
    stat.size = content.size();
    return stat;
  }
  std::optional<StorageStat> stat(std::string_view key, const Call& call) override {
    auto stat = good().stat(key, call);
    if (stat && stat->size) stat->size = kChange(key, good().IStorage::read(key, {}, call)).size();
    return stat;
  }
};

inline bool isOfLines(std::string_view key) { return key.size() > 6 && key.substr(key.size() - 6) == ".jsonl"; }

inline std::string wholeLines(std::string_view key, std::string content) {
  if (isOfLines(key)) content.resize(content.rfind('\n') + 1);
  return content;
}

inline std::string endedByLineFeed(std::string_view key, std::string content) {
  if (isOfLines(key) && !content.empty() && content.back() != '\n') content += '\n';
  return content;
}

/// By their numbers, which stand at their begin; those that are none are left out.
inline std::string sortedLines(std::string_view key, std::string content) {
  if (!isOfLines(key)) return content;
  std::vector<std::string> lines;
  std::istringstream text(content);
  for (std::string line; std::getline(text, line);) lines.push_back(line + '\n');
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  content.clear();
  for (const auto& line : lines) content += line;
  return content;
}

inline std::string withoutDamage(std::string_view key, std::string content) {
  if (!isOfLines(key)) return content;
  const auto damage = content.find(",,");
  if (damage == content.npos) return content;
  const auto begin = content.rfind('\n', damage) + 1;
  return content.erase(begin, content.find('\n', damage) + 1 - begin);
}

inline std::string knownSchema(std::string_view, std::string content) {
  const auto at = content.find(R"("schemaVersion":2)");
  if (at != content.npos) content.replace(at, 17, R"("schemaVersion":1)");
  return content;
}

class MissingIsUnavailable final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  StorageStat read(std::string_view key, const ByteRange& range, ByteSink& out, const Call& call) override {
    try {
      return good().read(key, range, out, call);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::NotFound) throw;
      throw Error(ErrorCode::Unavailable, error.message());
    }
  }
};

class ExclusiveIgnored final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  Version write(std::string_view key, std::string_view content, const WriteOptions& options,
                const Call& call) override {
    WriteOptions unconditional = options;
    unconditional.if_absent = false;
    return good().write(key, content, unconditional, call);
  }
};

}  // namespace tally::test
