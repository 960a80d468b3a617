#include "redis/storage/redis_batch.hpp"

#include <algorithm>

#include "redis/objects/object_content.hpp"

namespace tally::redis {
namespace {

constexpr std::size_t kItemsAtOnce = 1000, kRequestBytes = std::size_t{16} << 20;

// Whether the caller wants no more. That is then what became of the items from here on.
bool failIfStopped(std::size_t from, std::size_t count, BatchSink& out, const Call& call) {
  try {
    call.check();
    return false;
  } catch (const Error& stopped) {
    for (; from < count; ++from) out.fail(from, stopped);
    return true;
  }
}

// Hand the items over by parts; size_of() says how much one adds to the requests.
template <typename SizeOf, typename Part>
void byParts(std::size_t count, BatchSink& out, const Call& call, SizeOf&& size_of, Part&& part) {
  for (std::size_t from = 0; from < count;) {
    Items items;
    for (std::size_t bytes = 0; from < count && items.size() < kItemsAtOnce && bytes < kRequestBytes; ++from) {
      items.push_back(from);
      bytes += size_of(from);
    }
    part(items);
    if (from < count && failIfStopped(from, count, out, call)) return;
  }
}

std::size_t nothing(std::size_t) { return 0; }

Error absent() { return {ErrorCode::NotFound, "no such object"}; }

}  // namespace

void RedisBatch::begin(const Keys& keys, const Call& call) const {
  context_.owner.begin(call);
  for (const auto key : keys) path::check(key);
}

// Objects that were not found: drop the entries that they may have left, and tell directories from nothing.
template <typename Directory>
void RedisBatch::tellMissing(const Items& items, const Keys& keys, BatchSink& out, const Call& call,
                             Directory&& directory) {
  std::vector<Request> questions;
  for (const std::size_t item : items) context_.directories.addEntryQuestions(keys[item], questions);
  const auto answers = context_.finder.find(call).run(std::move(questions), call);
  for (std::size_t i = 0; i < items.size(); ++i) {
    tellItem(items[i], out, [&]() -> std::optional<ItemResult> {
      if (context_.directories.forgetKnowing(keys[items[i]], answers[2 * i], answers[2 * i + 1], call)) {
        return directory();
      }
      throw absent();
    });
  }
}

void RedisBatch::readMany(const Keys& keys, BatchSink& out, const Call& call) {
  begin(keys, call);
  std::string room;
  byParts(keys.size(), out, call, nothing, [&](const Items& items) {
    Items missing;
    const auto ask = [&](std::size_t item) { return context_.reader.wholeRequest(keys[item]); };
    const auto see = [&](std::size_t item, const Answer& answer) -> std::optional<ItemResult> {
      if (answer.value().size() == 0) {
        missing.push_back(item);
        return std::nullopt;
      }
      const ObjectContent content = assemble(answer.value());
      return ItemResult{content.pieces.joined(room), content.stat()};
    };
    tellItems(context_.finder.find(call), items, out, call, ask, see);
    tellMissing(missing, keys, out, call, []() -> std::optional<ItemResult> { throwRefusal("IS_DIRECTORY"); });
  });
}

void RedisBatch::statMany(const Keys& keys, BatchSink& out, const Call& call) {
  begin(keys, call);
  byParts(keys.size(), out, call, nothing, [&](const Items& items) {
    Items missing;
    const auto ask = [&](std::size_t item) { return context_.reader.lastRequest(keys[item]); };
    const auto see = [&](std::size_t item, const Answer& answer) -> std::optional<ItemResult> {
      if (answer.value().size() == 0) {
        missing.push_back(item);
        return std::nullopt;
      }
      const StreamEntry last = parseEntry(answer.value()[0]);
      if (last.ours) return ItemResult{{}, describe(last, last.size)};
      const auto stat = context_.storage.stat(keys[item], call);
      if (!stat) throw absent();
      return ItemResult{{}, *stat};
    };
    tellItems(context_.finder.find(call), items, out, call, ask, see);
    tellMissing(missing, keys, out, call, [] {
      ItemResult result;
      result.stat.is_directory = true;
      return std::optional(result);
    });
  });
}

void RedisBatch::writeMany(const Keys& keys, const std::vector<std::string_view>& contents, const WriteOptions& options,
                           BatchSink& out, const Call& call) {
  begin(keys, call);
  ObjectWriter::check(options);
  Server& server = context_.finder.find(call);
  const auto alone = [&](std::size_t item) {
    ItemResult result;
    result.stat.version = context_.storage.write(keys[item], contents[item], options, call);
    return std::optional(result);
  };
  byParts(
      keys.size(), out, call, [&](std::size_t item) { return contents[item].size(); },
      [&](const Items& items) {
        if (!context_.writer.hasSteps(options, call)) {
          for (const std::size_t item : items) tellItem(item, out, [&] { return alone(item); });
          return;
        }
        const auto ask = [&](std::size_t item) {
          return context_.writer.writeStep(keys[item], contents[item], options, server.isWhole());
        };
        const auto see = [&](std::size_t item, const Answer& answer) -> std::optional<ItemResult> {
          const auto version = ObjectWriter::writtenByStep(answer);
          if (!version) return alone(item);
          ItemResult result;
          result.stat.version = *version;
          return result;
        };
        tellItems(server, items, out, call, ask, see);
      });
}

void RedisBatch::removeMany(const Keys& keys, const RemoveOptions& options, BatchSink& out, const Call& call) {
  begin(keys, call);
  Server& server = context_.finder.find(call);
  const auto alone = [&](std::size_t item) -> std::optional<ItemResult> {
    if (!context_.storage.remove(keys[item], options, call)) throw absent();
    return ItemResult{};
  };
  byParts(keys.size(), out, call, nothing, [&](const Items& items) {
    if (options.recursive || !server.isWhole()) {
      for (const std::size_t item : items) tellItem(item, out, [&] { return alone(item); });
      return;
    }
    const auto ask = [&](std::size_t item) { return context_.writer.removal(keys[item]); };
    const auto see = [&](std::size_t item, const Answer& answer) -> std::optional<ItemResult> {
      if (answer.value().isArray()) return alone(item);
      if (answer.value().integer() == 0) throw absent();
      return ItemResult{};
    };
    tellItems(server, items, out, call, ask, see);
  });
}

}  // namespace tally::redis
