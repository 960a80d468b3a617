#include <algorithm>
#include <filesystem>
#include <memory>

#include "commands/command.hpp"
#include "copy.hpp"
#include "files.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPage = 1000;

/// Every object below a directory, read page by page.
void collectKeys(Context& context, const std::string& directory, std::vector<std::string>& keys) {
  struct Page final : EntrySink {
    std::vector<std::pair<std::string, bool>> entries;
    void take(std::string_view name, bool is_directory) override { entries.emplace_back(name, is_directory); }
  };
  std::string after;
  for (bool more = true; more;) {
    Page page;
    more = context.storage().list(directory, {after, kPage}, page, context.call());
    if (page.entries.empty()) return;
    for (const auto& [name, is_directory] : page.entries) {
      const auto key = directory.empty() ? name : path::join({directory, name});
      if (is_directory) {
        collectKeys(context, key, keys);
      } else {
        keys.push_back(key);
      }
    }
    after = page.entries.back().first;
  }
}

std::vector<std::string> chosenKeys(Context& context, const CopyOptions& options) {
  std::vector<std::string> keys;
  if (options.only.empty()) {
    collectKeys(context, "", keys);
  } else {
    for (const auto& id : options.only) collectKeys(context, context.conversation(id).path(), keys);
  }
  return keys;
}

/// A copy inside the store would be part of it: conversations that nobody made.
void refuseOwnFolder(Context& context, const CopyOptions& options) {
  const auto own = context.folder();
  if (own && liesWithin(options.folder, *own)) {
    throw UsageError(fmt::format("{} lies inside the {}", options.folder, context.where()));
  }
}

void prepareFolder(const CopyOptions& options) {
  std::error_code problem;
  const fs::path folder(options.folder);
  const bool there = fs::is_directory(folder, problem);
  const bool occupied = there && !fs::is_empty(folder, problem);
  if (there && problem) throw fileError(problem.value(), "read", folder);
  if (occupied && !options.overwrite) {
    throw Error(
        ErrorCode::AlreadyExists,
        fmt::format("{} is not empty; --overwrite writes into it and replaces files that differ", folder.string()));
  }
  if (options.dry_run) return;
  fs::create_directories(folder, problem);
  if (problem) throw fileError(problem.value(), "create", folder);
  if (occupied) removeLeftovers(folder);
}

/// Whether a folder of the target leads out of it by a symbolic link: a file must not land elsewhere.
bool leavesFolder(const fs::path& root, const fs::path& parent) {
  const auto inside = fs::weakly_canonical(root);
  const auto place = fs::weakly_canonical(parent);
  return std::mismatch(inside.begin(), inside.end(), place.begin(), place.end()).first != inside.end();
}

void exportOne(Context& context, const CopyOptions& options, const std::string& key, CopyReport& report) {
  const auto file = fs::path(options.folder) / key;
  const auto content = context.storage().read(key, {}, context.call());
  if (leavesFolder(options.folder, file.parent_path())) {
    report.refused.push_back({key, "a symbolic link in the target leads out of it"});
    return;
  }
  if (fs::is_regular_file(fs::symlink_status(file)) && readRegularFile(file) == content) {
    ++report.same;
    return;
  }
  if (!options.dry_run) {
    std::error_code problem;
    fs::create_directories(file.parent_path(), problem);
    if (problem) throw fileError(problem.value(), "create", file.parent_path());
    replaceFile(file, content);
    if (options.verify && readRegularFile(file) != content) {
      throw Error(ErrorCode::Corrupt, fmt::format("{} was written, but its bytes differ now", file.string()));
    }
  }
  ++report.copied;
  report.bytes += content.size();
}

/// What one object alone makes impossible is listed; everything else ends the export.
void exportOrRefuse(Context& context, const CopyOptions& options, const std::string& key, CopyReport& report) {
  try {
    exportOne(context, options, key, report);
  } catch (const fs::filesystem_error& error) {
    report.refused.push_back({key, error.code().message()});
  } catch (const Error& error) {
    if (!isOfThisObject(error.code())) throw;
    report.refused.push_back({key, error.what()});
  }
}

ExitCode exportStore(Context& context, const CopyOptions& options) {
  const Interrupt interrupt;
  refuseOwnFolder(context, options);
  const auto keys = chosenKeys(context, options);
  prepareFolder(options);
  CopyReport report;
  {
    Progress progress(context, "export", keys.size());
    copyEach(interrupt, keys, report, [&](const std::string& key) {
      progress.step(key);
      exportOrRefuse(context, options, key, report);
    });
  }
  return conclude(context, options, report, interrupt, "exported");
}

}  // namespace

void registerExport(CLI::App& app, Context& context) {
  auto options = std::make_shared<CopyOptions>();
  options->again = " with --overwrite";
  auto& command = addCommand(
      app,
      {"export",
       "Copy the whole store into a folder, byte for byte: a backup that the original tool and the local backend open.",
       {"tally export ./backup", "tally export ./backup --only conv-1 --verify"},
       plus(kStoreExitCodes, kCopyExitCodes)});
  command.add_option("DIR", options->folder, "Folder to fill; created if needed")->required()->check(checkFolder);
  command.add_flag("--dry-run", options->dry_run, "Say what would be done, write nothing");
  command.add_flag("--overwrite", options->overwrite, "Write into a folder that is not empty, replacing what differs");
  command.add_flag("--verify", options->verify, "Read every file back and compare");
  command.add_option("--only", options->only, "Only this conversation; may be repeated")
      ->type_name("CONV")
      ->allow_extra_args(false);
  command.callback(
      [options, &context] { context.action = [options, &context] { return exportStore(context, *options); }; });
}

}  // namespace tally::cli
