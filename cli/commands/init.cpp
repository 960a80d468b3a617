#include <filesystem>
#include <memory>

#include "commands/command.hpp"
#include "files.hpp"
#include "init_template.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

struct InitOptions {
  std::string folder;
  std::string backend = "local";
  bool force = false;
};

/// Where --config points, else tally.yaml in the folder.
fs::path fileToWrite(const Context& context, const InitOptions& options) {
  const auto& named = context.options.config_file;
  if (!named.empty() && !options.folder.empty()) throw UsageError("DIR and --config both say where; give one of them");
  return (named.empty() ? fs::path(options.folder) / "tally.yaml" : fs::path(named)).lexically_normal();
}

/// What the plugin says of its options, as seen from the new file's folder.
std::optional<PluginNote> noteOf(const fs::path& file, const InitOptions& options, std::vector<std::string>& warnings) {
  Config config;
  std::error_code nowhere;
  config.base_dir = fs::absolute(file, nowhere).parent_path();
  try {
    return inspectPlugin(config, options.backend).note;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::InvalidArgument) throw;
    warnings.push_back(fmt::format("the options of '{}' are left out: {}", options.backend, error.what()));
    return std::nullopt;
  }
}

void writeConfiguration(const fs::path& file, const std::string& text, bool force) {
  std::error_code problem;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), problem);
  if (problem) throw fileError(problem.value(), "create", file.parent_path());
  if (force) return replaceFile(file, text);
  try {
    createFile(file, text);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::AlreadyExists) throw;
    throw Error(ErrorCode::AlreadyExists, file.string() + " exists already; --force replaces it");
  }
}

ExitCode init(Context& context, const InitOptions& options) {
  if (options.backend.find('/') != std::string::npos) {
    throw Error(ErrorCode::InvalidArgument,
                "--backend takes the name of a backend; the file of a plugin is named by "
                "storage.plugin.path in tally.yaml");
  }
  const auto file = fileToWrite(context, options);
  std::vector<std::string> warnings;
  const auto note = noteOf(file, options, warnings);
  for (const auto& warning : warnings) context.warn(warning);
  writeConfiguration(file, configurationTemplate(options.backend, note), options.force);
  context.out.done(file.string() + " is written");
  if (context.options.json) {
    context.printJson({{"file", file.string()}, {"backend", options.backend}, {"warnings", warnings}});
    return ExitCode::Ok;
  }
  context.out.print("wrote {}\n\nnext:\n", file.string());
  for (const auto& [command, purpose] : {std::pair{context.commandLine({"config", "check"}), "is all in order?"},
                                         {context.commandLine({"import", "FOLDER"}), "bring conversations along"},
                                         {context.commandLine({"ls"}), "list them"}}) {
    context.out.print("  {:<23}  {}\n", command, purpose);
  }
  return ExitCode::Ok;
}

}  // namespace

void registerInit(CLI::App& app, Context& context) {
  auto options = std::make_shared<InitOptions>();
  auto& command = addCommand(app, {"init",
                                   "Write a tally.yaml with comments. Never replaces a file unless told to.",
                                   {"tally init", "tally init /srv/agents --backend redis"},
                                   {ExitCode::Failed, ExitCode::Permission, ExitCode::NoSpace}});
  command.add_option("DIR", options->folder, "Folder for the file, created if needed; default: the working directory");
  command.add_option("--backend", options->backend, "Backend to configure; default: local")->type_name("NAME");
  command.add_flag("--force", options->force, "Replace a tally.yaml that is there");
  command.callback([options, &context] { context.action = [options, &context] { return init(context, *options); }; });
}

}  // namespace tally::cli
