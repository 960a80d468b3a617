#include "commands/command.hpp"
#include "config_values.hpp"
#include "table.hpp"

#include <memory>

namespace tally::cli {
namespace {

std::string fileOf(const Config& config) { return config.file.empty() ? "none; defaults hold" : config.file.string(); }

ExitCode show(Context& context) {
  const auto values = configValues(context.config());
  if (context.options.json) {
    Json rows = Json::array();
    for (const auto& one : values) rows.push_back({{"key", one.key}, {"value", one.value}, {"origin", one.origin}});
    context.printJson(
        {{"file", context.config().file.empty() ? Json() : Json(context.config().file.string())}, {"values", rows}});
    return ExitCode::Ok;
  }
  context.out.print("file: {}\n\n", fileOf(context.config()));
  Table table({{"KEY"}, {"VALUE", Align::Left, true}, {"ORIGIN"}});
  for (const auto& one : values) {
    const auto text = one.value.is_string() ? one.value.get<std::string>() : jsonText(one.value);
    table.add({one.key, one.value.is_null() ? "-" : text, one.origin});
  }
  table.print(context.out, context.style());
  return ExitCode::Ok;
}

/// The backend's own judgement. What only concerns the server is a warning: the configuration may be right while
/// the server is down or misses something. Errors: those of the options, the Plugin* code for a plugin that can't be
/// loaded.
void checkBackend(const Config& config, const Call& call, std::vector<std::string>& warnings) {
  const auto& backend = config.storage.backend;
  static_cast<void>(inspectPlugin(config, backend));
  for (const auto& step : diagnosePlugin(config, backend, call)) {
    if (step.passed) continue;
    const bool of_server = step.name == "create" || step.name == "answer" || step.name == "health";
    const bool of_file = step.refused && exitCodeOf(step.refused->code()) == ExitCode::Config;
    if (step.refused && (of_file || !of_server)) throw *step.refused;
    const auto* what = step.name == "health" ? "finds a fault" : "does not answer";
    warnings.push_back(fmt::format("the backend '{}' {}: {}", backend, what, step.detail));
  }
}

ExitCode check(Context& context, bool strict) {
  const auto& config = context.config();
  auto warnings = configWarnings(config);
  checkBackend(config, context.call(), warnings);
  const bool passed = warnings.empty() || !strict;
  if (context.options.json) {
    context.printJson({{"file", config.file.empty() ? Json() : Json(config.file.string())},
                       {"backend", config.storage.backend},
                       {"store", context.where()},
                       {"ok", passed},
                       {"warnings", warnings}});
  } else {
    for (const auto& warning : warnings) context.warn(warning);
    context.out.print("{}: backend {}, file {}\n", passed ? "ok" : "not ok", config.storage.backend, fileOf(config));
    context.note(context.where());
  }
  return passed ? ExitCode::Ok : ExitCode::Config;
}

}  // namespace

void registerConfig(CLI::App& app, Context& context) {
  auto& group =
      addCommand(app, {"config",
                       "The configuration: which values hold, where each comes from, and whether all is right.",
                       {"tally config show", "tally config check"},
                       {ExitCode::Config, ExitCode::Plugin, ExitCode::Unavailable, ExitCode::Permission}});
  auto& show_command = addCommand(group, {"show",
                                          "Show every value with its origin. Secrets are hidden.",
                                          {"tally config show", "tally --set storage.path=/x config show --json"},
                                          {ExitCode::Config, ExitCode::Permission}});
  show_command.callback([&context] { context.action = [&context] { return show(context); }; });

  auto strict = std::make_shared<bool>(false);
  auto& check_command =
      addCommand(group, {"check",
                         "Check the file and the backend's options, and try the backend.",
                         {"tally config check", "tally config check --strict"},
                         {ExitCode::Config, ExitCode::Plugin, ExitCode::Unavailable, ExitCode::Permission}});
  check_command.add_flag("--strict", *strict, "Warnings count as errors");
  check_command.callback(
      [&context, strict] { context.action = [&context, strict] { return check(context, *strict); }; });
  group.require_subcommand(1);
}

}  // namespace tally::cli
