#include <charconv>
#include <memory>

#include "bytes.hpp"
#include "commands/command.hpp"
#include "commands/storage_keys.hpp"
#include "confirm.hpp"
#include "files.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

struct StorageOptions {
  std::string key, file, after, range;
  std::vector<std::string> keys;
  std::uint64_t limit = 0;
  bool detailed = false, if_absent = false, recursive = false, yes = false;
};

/// "OFF:LEN", "OFF:" or "OFF".
std::optional<ByteRange> parseRange(std::string_view text) {
  const auto colon = text.find(':');
  const auto number = [](std::string_view digits, std::uint64_t& value) {
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    return read.ec == std::errc() && read.ptr == end;
  };
  ByteRange range;
  if (!number(text.substr(0, colon), range.offset)) return std::nullopt;
  const auto length = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (!length.empty() && !number(length, range.length)) return std::nullopt;
  return range;
}

/// The state of a listed entry; one that vanished meanwhile shows as unknown.
StorageStat statOf(Context& context, const StorageEntry& entry) {
  auto stat = context.storage().stat(entry.path, context.call()).value_or(StorageStat());
  stat.is_directory = entry.is_directory;
  return stat;
}

void printPage(Context& context, const EntryCollector& page, bool detailed) {
  std::vector<Column> columns = {{"NAME", Align::Left, true}};
  if (detailed) columns.insert(columns.end(), {{"BYTES", Align::Right}, {"MODIFIED"}});
  Table table(std::move(columns));
  for (const auto& entry : page.entries) {
    std::vector<Cell> row = {std::string(entry.id()) + (entry.is_directory ? "/" : "")};
    if (detailed) {
      const auto stat = statOf(context, entry);
      row.emplace_back(stat.size && !stat.is_directory ? std::to_string(*stat.size) : "-");
      row.emplace_back(stat.modified ? formatTime(*stat.modified) : "-");
    }
    table.add(std::move(row));
  }
  table.print(context.out, context.style());
}

/// Nothing is below it: an object, or nothing at all.
std::string emptyDirectory(Context& context, const std::string& key) {
  if (key.empty()) return fmt::format("nothing in {}", context.where());
  const auto stat = context.storage().stat(key, context.call());
  return stat && !stat->is_directory ? fmt::format("{} is an object; 'tally storage cat' prints it", key)
                                     : fmt::format("nothing in {}", key);
}

ExitCode list(Context& context, const StorageOptions& options) {
  EntryCollector page(options.key);
  const bool more = context.storage().list(options.key, {options.after, options.limit}, page, context.call());
  if (context.options.json) {
    Json rows = Json::array();
    for (const auto& entry : page.entries) {
      rows.push_back(options.detailed ? statJson(entry.path, statOf(context, entry))
                                      : Json{{"key", entry.path}, {"kind", entry.is_directory ? "directory" : "file"}});
    }
    context.printJson(rows);
  } else if (page.entries.empty()) {
    context.note(emptyDirectory(context, options.key));
  } else {
    printPage(context, page, options.detailed);
  }
  if (more) {
    std::vector<std::string> next = {
        "storage", "ls", "--after", std::string(page.entries.back().id()), "--limit", std::to_string(options.limit)};
    if (!options.key.empty()) next.insert(next.begin() + 2, options.key);
    if (options.detailed) next.emplace_back("--long");
    context.note("more: " + context.commandLine(next));
  }
  return ExitCode::Ok;
}

ExitCode cat(Context& context, const StorageOptions& options) {
  if (options.range.empty()) return catKeys(context, options.keys);
  if (options.keys.size() != 1) throw UsageError("--range is for one KEY");
  catRange(context, options.keys.front(), parseRange(options.range).value());
  return ExitCode::Ok;
}

void printWritten(Context& context, std::string_view verb, const std::string& key, std::size_t bytes,
                  const Json& more) {
  context.out.done(fmt::format("{} {}", verb, key));
  if (context.options.json) {
    Json document = {{"key", key}, {"bytes", bytes}};
    document.update(more);
    context.printJson(document);
  } else {
    context.out.print("{} {} ({} bytes)\n", verb, escaped(key), bytes);
  }
}

ExitCode put(Context& context, const StorageOptions& options) {
  const auto content = readInput(options.file);
  WriteOptions write;
  write.if_absent = options.if_absent;
  const auto version = context.storage().write(options.key, content, write, context.call());
  printWritten(context, "wrote", options.key, content.size(),
               {{"version", version.empty() ? Json() : Json(hex(version.bytes()))}});
  return ExitCode::Ok;
}

ExitCode appendTo(Context& context, const StorageOptions& options) {
  const auto content = readInput(options.file);
  const auto size = context.storage().append(options.key, content, AppendOptions(), context.call());
  printWritten(context, "appended to", options.key, content.size(), {{"size", size ? Json(*size) : Json()}});
  return ExitCode::Ok;
}

ExitCode stat(Context& context, const StorageOptions& options) { return statKeys(context, options.keys); }

/// What `remove` takes away: one object, or a directory (the root too) with everything below.
struct Target {
  bool is_directory = false;
  std::string words;
};

Target targetOf(Context& context, const std::string& key) {
  if (key.empty()) return {true, "everything"};
  const auto stat = context.storage().stat(key, context.call());
  if (!stat) throw Error(ErrorCode::NotFound, fmt::format("nothing to remove at '{}'", key));
  if (stat->is_directory) return {true, fmt::format("directory '{}' with everything below", key)};
  return {false, fmt::format("'{}'", key)};
}

ExitCode remove(Context& context, const StorageOptions& options) {
  // What was a plain object when nobody was asked goes as one: a directory is never removed without a question.
  const auto target = options.recursive ? targetOf(context, options.key) : Target();
  if (target.is_directory && !confirmed(context, target.words, options.yes)) return ExitCode::Failed;
  const bool existed = context.storage().remove(options.key, {target.is_directory}, context.call());
  if (!existed) throw Error(ErrorCode::NotFound, fmt::format("nothing to remove at '{}'", options.key));
  if (context.options.json) {
    context.printJson({{"key", options.key}, {"removed", true}});
  } else {
    context.out.print("removed {}\n", options.key.empty() ? target.words : escaped(options.key));
  }
  return ExitCode::Ok;
}

/// A directory is listed with a slash at its end, and may be given so.
void dropSlash(std::string& key) {
  if (key.size() > 1 && key.back() == '/') key.pop_back();
}

using Handler = ExitCode (*)(Context&, const StorageOptions&);

CLI::App& addStorageCommand(CLI::App& group, Context& context, const std::shared_ptr<StorageOptions>& options,
                            const CommandText& text, Handler handler) {
  auto& command = addCommand(group, text);
  command.callback([=, &context] {
    dropSlash(options->key);
    for (auto& key : options->keys) dropSlash(key);
    context.action = [=, &context] { return handler(context, *options); };
  });
  return command;
}

std::string checkRange(const std::string& text) {
  return parseRange(text) ? std::string() : "expected OFFSET:LENGTH in bytes, for instance 0:100, not " + text;
}

void addReading(CLI::App& group, Context& context, const std::shared_ptr<StorageOptions>& options) {
  auto& ls = addStorageCommand(group, context, options,
                               {"ls",
                                "List one directory of the storage.",
                                {"tally storage ls", "tally storage ls conversations --long --limit 50"},
                                kStoreExitCodes},
                               list);
  ls.add_option("DIR", options->key, "Directory; default: the root");
  ls.add_option("--limit", options->limit, "At most so many; 0 for all")->type_name("N")->check(checkCount);
  ls.add_option("--after", options->after, "Only names greater than this one")->type_name("NAME");
  ls.add_flag("-l,--long", options->detailed, "Also size and time; one more call an entry");

  auto& cat_command =
      addStorageCommand(group, context, options,
                        {"cat",
                         "Print the bytes of objects, one after the other. On a terminal control characters are "
                         "escaped.",
                         {"tally storage cat conversations/conv-1/meta.json",
                          "tally storage cat conversations/conv-1/conversation.jsonl --range 0:200"},
                         kStoreExitCodes},
                        cat);
  cat_command.add_option("KEY", options->keys, "Keys of the objects")->required();
  cat_command.add_option("--range", options->range, "Only these bytes, of one object")
      ->type_name("OFF:LEN")
      ->check(checkRange);

  auto& stat_command = addStorageCommand(
      group, context, options,
      {"stat",
       "Say what is known of objects and directories.",
       {"tally storage stat conversations/conv-1/meta.json", "tally storage stat notes/a.txt notes/b.txt"},
       kStoreExitCodes},
      stat);
  stat_command.add_option("KEY", options->keys, "Keys of the objects or directories")->required();
}

void addWriting(CLI::App& group, Context& context, const std::shared_ptr<StorageOptions>& options) {
  const auto codes = plus(kStoreExitCodes, {ExitCode::NoSpace});
  auto& put_command = addStorageCommand(
      group, context, options,
      {"put",
       "Write an object in one visible step.",
       {"tally storage put notes/today.txt today.txt", "date | tally storage put notes/now.txt - --if-absent"},
       codes},
      put);
  put_command.add_option("KEY", options->key, "Key of the object")->required();
  put_command.add_option("FILE", options->file, "File with the content; - for standard input")->required();
  put_command.add_flag("--if-absent", options->if_absent, "Fail if the object exists");

  auto& append_command = addStorageCommand(group, context, options,
                                           {"append",
                                            "Put bytes behind the end of an object, exactly as they are.",
                                            {"date | tally storage append notes/log.txt -"},
                                            codes},
                                           appendTo);
  append_command.add_option("KEY", options->key, "Key of the object")->required();
  append_command.add_option("FILE", options->file, "File with the bytes; - for standard input")->required();

  auto& rm_command = addStorageCommand(group, context, options,
                                       {"rm",
                                        "Remove an object, or a directory with everything below, which asks first.",
                                        {"tally storage rm notes/now.txt", "tally storage rm notes --recursive --yes"},
                                        kStoreExitCodes},
                                       remove);
  rm_command.add_option("KEY", options->key, "Key of the object or directory; '' is the root")->required();
  rm_command.add_flag("-r,--recursive", options->recursive, "Also everything below");
  rm_command.add_flag("-y,--yes", options->yes, "Do not ask");
}

}  // namespace

void registerStorage(CLI::App& app, Context& context) {
  auto& group = addCommand(app, {"storage",
                                 "Raw objects of the storage below: bytes by key, for looking and for repair.",
                                 {"tally storage ls conversations", "tally storage cat conversations/conv-1/meta.json"},
                                 plus(kStoreExitCodes, {ExitCode::NoSpace})});
  const auto options = std::make_shared<StorageOptions>();
  addReading(group, context, options);
  addWriting(group, context, options);
  registerStorageFollow(group, context);
  registerStorageGroup(group, context);
  registerStorageReindex(group, context);
  group.require_subcommand(1);
}

}  // namespace tally::cli
