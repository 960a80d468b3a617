#include "commands/storage_keys.hpp"

#include <algorithm>
#include <optional>

#include "bytes.hpp"
#include "table.hpp"
#include "tally/extensions/batch.hpp"

namespace tally::cli {
namespace {

constexpr std::size_t kReadAtOnce = 32;  // objects that are held in memory

/// Each item's state and bytes, or why not.
class Results final : public BatchSink {
 public:
  struct Item {
    std::string content;
    StorageStat stat;
    std::optional<Error> error;
  };
  explicit Results(std::size_t count) : items(count) {}
  void take(std::size_t index, std::string_view content, const StorageStat& stat) override {
    items.at(index) = {std::string(content), stat, std::nullopt};
  }
  void fail(std::size_t index, const Error& error) override { items.at(index).error = error; }
  std::vector<Item> items;
};

/// The backend's batches, or one by one.
template <typename Ask>
void inBatch(Context& context, Ask&& ask) {
  BatchByOnes ones(context.storage());
  auto* const offered = context.storage().extension<Batch>();
  ask(offered != nullptr ? *offered : static_cast<Batch&>(ones));
}

Json errorRow(const std::string& key, const Error& error) {
  return {{"key", key}, {"error", {{"code", nameOf(error.code())}, {"message", error.message()}}}};
}

Json statRow(const std::string& key, const Results::Item& item) {
  return item.error ? errorRow(key, *item.error) : statJson(key, item.stat);
}

void printStats(Context& context, const std::vector<std::string>& keys, const Results& results) {
  Table table({{"KEY", Align::Left, true}, {"KIND"}, {"BYTES", Align::Right}, {"MODIFIED"}});
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& item = results.items[i];
    if (item.error) continue;
    table.add({keys[i], item.stat.is_directory ? "directory" : "file",
               item.stat.size ? std::to_string(*item.stat.size) : "-",
               item.stat.modified ? formatTime(*item.stat.modified) : "-"});
  }
  if (!table.empty()) table.print(context.out, context.style());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (const auto& error = results.items[i].error) context.warn(fmt::format("{}: {}", keys[i], error->message()));
  }
}

ExitCode statMany(Context& context, const std::vector<std::string>& keys) {
  Results results(keys.size());
  inBatch(context, [&](Batch& batch) { batch.statMany({keys.begin(), keys.end()}, results, context.call()); });
  if (context.options.json) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < keys.size(); ++i) rows.push_back(statRow(keys[i], results.items[i]));
    context.printJson(rows);
  } else {
    printStats(context, keys, results);
  }
  const bool all =
      std::none_of(results.items.begin(), results.items.end(), [](const auto& item) { return item.error; });
  return all ? ExitCode::Ok : ExitCode::Failed;
}

Json catJson(const std::string& key, const std::string& bytes) {
  Json document = {{"key", key}};
  addBytes(document, bytes);
  return document;
}

void printBytes(Context& context, const std::string& bytes) {
  context.out.write(context.out.isTerminal() ? escapedLines(bytes) : bytes);
}

}  // namespace

Json statJson(const std::string& key, const StorageStat& stat) {
  return {{"key", key},
          {"kind", stat.is_directory ? "directory" : "file"},
          {"size", stat.size ? Json(*stat.size) : Json()},
          {"modified", stat.modified ? Json(formatTime(*stat.modified)) : Json()},
          {"version", stat.version.empty() ? Json() : Json(hex(stat.version.bytes()))}};
}

ExitCode statKeys(Context& context, const std::vector<std::string>& keys) {
  if (keys.size() != 1) return statMany(context, keys);
  const auto found = context.storage().stat(keys.front(), context.call());
  if (!found) throw Error(ErrorCode::NotFound, fmt::format("no object and no directory '{}'", keys.front()));
  const auto document = statJson(keys.front(), *found);
  if (context.options.json) {
    context.printJson(document);
    return ExitCode::Ok;
  }
  for (const auto& item : document.items()) {
    const auto& value = item.value();
    const auto text = value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
    context.out.print("{:<9} {}\n", item.key(), escaped(text));
  }
  return ExitCode::Ok;
}

ExitCode catKeys(Context& context, const std::vector<std::string>& keys) {
  if (keys.size() == 1) {
    catRange(context, keys.front(), {});
    return ExitCode::Ok;
  }
  Json rows = Json::array();
  bool all = true;
  for (std::size_t from = 0; from < keys.size(); from += kReadAtOnce) {
    const std::size_t count = std::min(kReadAtOnce, keys.size() - from);
    const auto first = keys.begin() + static_cast<std::ptrdiff_t>(from);
    Results results(count);
    inBatch(context, [&](Batch& batch) {
      batch.readMany({first, first + static_cast<std::ptrdiff_t>(count)}, results, context.call());
    });
    for (std::size_t i = 0; i < count; ++i) {
      const auto& item = results.items[i];
      all = all && !item.error;
      if (context.options.json) {
        rows.push_back(item.error ? errorRow(keys[from + i], *item.error) : catJson(keys[from + i], item.content));
      } else if (item.error) {
        context.warn(fmt::format("{}: {}", keys[from + i], item.error->message()));
      } else {
        printBytes(context, item.content);
      }
    }
  }
  if (context.options.json) context.printJson(rows);
  return all ? ExitCode::Ok : ExitCode::Failed;
}

void catRange(Context& context, const std::string& key, const ByteRange& range) {
  const auto bytes = context.storage().read(key, range, context.call());
  if (context.options.json) {
    context.printJson(catJson(key, bytes));
  } else {
    printBytes(context, bytes);
  }
}

}  // namespace tally::cli
