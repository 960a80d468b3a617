#pragma once
// The frame of every command: name, one sentence, examples, exit codes. One registration function a group.

#include <CLI/CLI.hpp>

#include <initializer_list>
#include <string>
#include <vector>

#include "app.hpp"

namespace tally::cli {

struct CommandText {
  std::string name;
  std::string sentence;
  std::vector<std::string> examples;
  std::vector<ExitCode> exit_codes;  ///< beside Ok and Usage, which every command has
};

/// What every command that opens the store may answer with.
inline const std::vector<ExitCode> kStoreExitCodes = {ExitCode::Failed, ExitCode::Config, ExitCode::Plugin,
                                                      ExitCode::Unavailable, ExitCode::Permission};

/// `codes` and some more.
std::vector<ExitCode> plus(std::vector<ExitCode> codes, std::initializer_list<ExitCode> more);

/// Add a subcommand with its help text to `parent`.
CLI::App& addCommand(CLI::App& parent, const CommandText& text);

/// The commands below `app` that its help shows, in that order.
std::vector<const CLI::App*> shownCommands(const CLI::App& app);
std::vector<std::string> namesOf(const std::vector<const CLI::App*>& commands);

/// The option --type, for a kind of run.
CLI::Option& addRunType(CLI::App& command, std::string& type, const std::string& meaning);

/// What CLI11 asks of a check: nothing for a duration, else what is wrong with the text.
std::string checkDuration(const std::string& text);

/// The same for a number of things.
std::string checkCount(const std::string& text);

/// The same for the name of a folder.
std::string checkFolder(const std::string& text);

/// Examples and exit codes as they stand at the end of a help text.
std::string helpFooter(const CommandText& text);

void registerInit(CLI::App& app, Context& context);
void registerLs(CLI::App& app, Context& context);
void registerShow(CLI::App& app, Context& context);
void registerFollow(CLI::App& app, Context& context);
void registerRuns(CLI::App& app, Context& context);
void registerReport(CLI::App& app, Context& context);
void registerAppend(CLI::App& app, Context& context);
void registerImport(CLI::App& app, Context& context);
void registerExport(CLI::App& app, Context& context);
void registerRm(CLI::App& app, Context& context);
void registerStorage(CLI::App& app, Context& context);
void registerStorageFollow(CLI::App& storage, Context& context);
void registerStorageGroup(CLI::App& storage, Context& context);
void registerStorageReindex(CLI::App& storage, Context& context);
void registerPlugins(CLI::App& app, Context& context);
void registerPluginsNew(CLI::App& group, Context& context);
void registerConfig(CLI::App& app, Context& context);
void registerCompletion(CLI::App& app, Context& context);
void registerHelp(CLI::App& app, Context& context);

/// What completion scripts ask for names in the store. It is not shown in help, never says an error, and waits a second
/// at most for a backend.
inline constexpr const char* kNamesCommand = "__names";
void registerNames(CLI::App& app, Context& context);

}  // namespace tally::cli
