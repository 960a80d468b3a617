#include <algorithm>
#include <memory>
#include <optional>

#include "commands/command.hpp"
#include "copy.hpp"
#include "files.hpp"
#include "store_folder.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

/// Copies files into the storage, never replacing other content unless told to.
class Importer {
 public:
  Importer(Context& context, const CopyOptions& options)
      : context_(context), storage_(context.storage()), options_(options) {}

  void copy(const FolderFile& file, CopyReport& report) try {
    const auto content = read(file, report);
    if (content) store(file, *content, report);
  } catch (const Error& error) {
    if (!isOfThisObject(error.code())) throw;
    report.refused.push_back({file.key, error.what()});
  }

 private:
  /// The file's bytes, or a refusal: one file that can't be read does not keep the others away.
  static std::optional<std::string> read(const FolderFile& file, CopyReport& report) try {
    return file.through_link ? readInput(file.path) : readRegularFile(file.path);
  } catch (const Error& error) {
    report.refused.push_back({file.key, error.what()});
    return std::nullopt;
  }

  void store(const FolderFile& file, const std::string& content, CopyReport& report) {
    const auto stored = storage_.stat(file.key, context_.call());
    if (stored && holds(file.key, *stored, content)) {
      ++report.same;
      return;
    }
    if (stored && !options_.overwrite) {
      report.refused.push_back({file.key, "the store holds other content; --overwrite replaces it"});
      return;
    }
    if (!options_.dry_run) {
      write(file.key, content, stored.has_value());
      check(file.key, content);
    }
    ++report.copied;
    report.bytes += content.size();
  }

  bool holds(const std::string& key, const StorageStat& stat, const std::string& content) {
    if (stat.is_directory || (stat.size && *stat.size != content.size())) return false;
    return storage_.read(key, {}, context_.call()) == content;
  }

  /// What was absent a moment ago must still be: another writer's object is not ours to replace.
  void write(const std::string& key, const std::string& content, bool replace) {
    WriteOptions how;
    how.if_absent = !replace && storage_.capabilities().has(Capability::CreateExclusive);
    storage_.write(key, content, how, context_.call());
  }

  void check(const std::string& key, const std::string& content) {
    const auto stat = storage_.stat(key, context_.call());
    const bool size_differs = stat && stat->size && *stat->size != content.size();
    const bool bytes_differ = options_.verify && storage_.read(key, {}, context_.call()) != content;
    if (stat && !size_differs && !bytes_differ) return;
    throw Error(ErrorCode::Corrupt, fmt::format("{} was written, but what the store holds now differs", key));
  }

  Context& context_;
  IStorage& storage_;
  const CopyOptions& options_;
};

/// Every id asked for has to be there; a typing error must not look like success.
void checkChoice(const CopyOptions& options, const std::vector<FolderFile>& files, const CopyReport& report) {
  for (const auto& id : options.only) {
    CopyOptions one;
    one.only = {id};
    const bool found =
        std::any_of(files.begin(), files.end(), [&](const auto& file) { return isChosen(one, file.key); }) ||
        std::any_of(report.refused.begin(), report.refused.end(), [&](const auto& r) { return isChosen(one, r.name); });
    if (!found) throw Error(ErrorCode::NotFound, fmt::format("{} has no conversation '{}'", options.folder, id));
  }
}

/// Names beside `conversations` that are not copied without --all.
void noteOthers(Context& context, const CopyOptions& options) {
  if (options.all || !options.only.empty()) return;
  std::string names;
  std::error_code problem;
  for (std::filesystem::directory_iterator at(options.folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    const auto name = at->path().filename().string();
    if (name != "conversations" && name.rfind(kReservedPrefix, 0) != 0) names += (names.empty() ? "" : ", ") + name;
  }
  if (!names.empty()) context.note(fmt::format("left out without --all: {}", escaped(names)));
}

ExitCode import(Context& context, const CopyOptions& options) {
  const Interrupt interrupt;
  CopyReport report;
  if (const auto own = context.folder(); own && liesWithin(options.folder, *own) && liesWithin(*own, options.folder)) {
    throw UsageError(fmt::format("{} is the {} itself", options.folder, context.where()));
  }
  const auto files = scanStoreFolder(options, report.refused);
  checkChoice(options, files, report);
  Importer importer(context, options);
  {
    Progress progress(context, "import", files.size());
    copyEach(interrupt, files, report, [&](const FolderFile& file) {
      progress.step(file.key);
      importer.copy(file, report);
    });
  }
  const auto status = conclude(context, options, report, interrupt, "imported");
  noteOthers(context, options);
  return status;
}

}  // namespace

void registerImport(CLI::App& app, Context& context) {
  auto options = std::make_shared<CopyOptions>();
  auto& command = addCommand(
      app, {"import",
            "Copy a store folder, also one of the original tool, into the configured store. What is there already "
            "is skipped when it is the same, and kept when it differs.",
            {"tally import ./old/.tally --dry-run", "tally import ./old/.tally --only conv-1 --verify"},
            plus(kStoreExitCodes, kCopyExitCodes)});
  command.add_option("DIR", options->folder, "Folder that holds a folder 'conversations'")
      ->required()
      ->check(checkFolder);
  command.add_flag("--all", options->all, "Also what lies beside 'conversations', as an export holds it");
  command.add_flag("--dry-run", options->dry_run, "Say what would be done, write nothing");
  command.add_flag("--overwrite", options->overwrite, "Replace objects whose content differs");
  command.add_flag("--verify", options->verify, "Read every object back and compare, not only its size");
  command.add_option("--only", options->only, "Only this conversation; may be repeated")
      ->type_name("ID")
      ->allow_extra_args(false);
  command.callback([options, &context] { context.action = [options, &context] { return import(context, *options); }; });
}

}  // namespace tally::cli
