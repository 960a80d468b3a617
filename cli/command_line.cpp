#include "command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "commands/command.hpp"

namespace tally::cli {
namespace {

constexpr const char* kSentence =
    "Keep conversations of language-model agents and the runs made over them, in any backend.";

const std::vector<std::string> kExamples = {
    "tally init                         write a tally.yaml with comments",
    "tally import ./old-store           copy a store folder into the configured backend",
    "tally ls --long                    list the conversations",
    "tally show conv-1                  read one",
    "tally report conv-1 run-1          read an evaluation",
    "tally --set storage.path=/srv ls   the same over another store",
};

/// Lists a command with the first sentence of its description; its own help has the rest.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* command) const override {
    const auto text = command->get_description();
    const auto end = text.find(". ");
    std::stringstream out;
    CLI::detail::format_help(out, command->get_name(), text.substr(0, end == text.npos ? end : end + 1), column_width_);
    return out.str();
  }
};

std::string versionText() {
  return fmt::format("tally {}\nplugin interface {}.{}\ncompiler {}", TALLY_CLI_VERSION, TALLY_ABI_MAJOR,
                     TALLY_ABI_MINOR, __VERSION__);
}

void addGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option("-c,--config", options.config_file,
                 "Configuration file; else TALLY_CONFIG, else the nearest tally.yaml upwards")
      ->type_name("FILE");
  app.add_option("--set", options.overrides, "Override one value, for instance storage.path=/x; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--json", options.json, "Answer with one JSON document; errors are JSON too");
  app.add_flag("--no-color", options.no_color, "No colours, as with the variable NO_COLOR");
  app.add_option_function<std::string>(
         "--timeout",
         [&options](const std::string& text) {
           options.timeout = parseDuration(text);
           if (!options.timeout) throw CLI::ValidationError("--timeout", "expected a duration such as 5s or 250ms");
         },
         "Longest time for each storage call, for instance 5s or 250ms; a number alone is seconds")
      ->type_name("DURATION");
  app.set_version_flag("-V,--version", versionText, "Print version, plugin interface and compiler, then end");
}

const CLI::App* lastRecognised(const CLI::App& app) {
  const auto* last = &app;
  while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
  return last;
}

std::vector<std::string> optionNames(const CLI::App& app, const CLI::App& root) {
  std::vector<std::string> names;
  for (const auto* one : {&app, &root}) {
    for (const auto* option : one->get_options()) {
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

}  // namespace

void buildCommandLine(CLI::App& app, Context& context) {
  const CommandText text{"tally", kSentence, kExamples, plus(kStoreExitCodes, {ExitCode::Data, ExitCode::NoSpace})};
  app.description(kSentence);
  app.footer(helpFooter(text));
  app.set_help_flag("-h,--help", "Print this help, then end");
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->column_width(32);
  app.formatter(formatter);
  app.fallthrough();
  addGlobalOptions(app, context.options);
  for (const auto add : {registerInit, registerLs, registerShow, registerFollow, registerRuns, registerReport,
                         registerAppend, registerImport, registerExport, registerRm, registerStorage, registerPlugins,
                         registerConfig, registerCompletion, registerHelp, registerNames}) {
    add(app, context);
  }
  app.require_subcommand(1);
}

std::string commandPath(const CLI::App& app) {
  std::string path = "tally";
  for (const auto* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    path += " " + at->get_name();
  }
  return path;
}

std::string describeUsageFault(const CLI::App& app, const CLI::ParseError& fault) {
  const auto* command = lastRecognised(app);
  const auto left = app.remaining(true);
  if (left.empty()) {
    const bool needs_command = !shownCommands(*command).empty();
    return needs_command ? fmt::format("'{}' needs a command", commandPath(app)) : std::string(fault.what());
  }
  const auto& word = left.front();
  const auto known_options = optionNames(*command, app);
  // Behind -- an option is a word like every other.
  const bool behind = std::find(known_options.begin(), known_options.end(), word) != known_options.end();
  const bool is_option = !behind && word.size() > 1 && word.front() == '-';
  const auto known = is_option ? known_options : namesOf(shownCommands(*command));
  const auto* kind = is_option ? "option" : known.empty() ? "argument" : "command";
  auto message = fmt::format("unknown {} '{}'", kind, word);
  if (behind) return message + "; an option stands behind its command and before '--'";
  if (const auto near = nearestName(word, known); !near.empty()) message += fmt::format("; did you mean '{}'?", near);
  return message;
}

}  // namespace tally::cli
