#include "commands/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace tally::cli {

std::vector<ExitCode> plus(std::vector<ExitCode> codes, std::initializer_list<ExitCode> more) {
  codes.insert(codes.end(), more);
  return codes;
}

CLI::Option& addRunType(CLI::App& command, std::string& type, const std::string& meaning) {
  const std::vector<std::string> kinds = {std::string(nameOf(RunType::Tally)),
                                          std::string(nameOf(RunType::Trajectory))};
  return *command.add_option("--type", type, meaning)->check(CLI::IsMember(kinds))->type_name("tally|trajectory");
}

std::string checkDuration(const std::string& text) {
  return parseDuration(text) ? std::string() : "expected a duration such as 5s or 250ms, not " + text;
}

std::string checkCount(const std::string& text) {
  std::int64_t count = -1;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, count);
  if (read.ec == std::errc() && read.ptr == end && count >= 0) return "";
  return fmt::format("expected a whole number from 0 to {}, not {}", std::numeric_limits<std::int64_t>::max(), text);
}

std::string checkFolder(const std::string& text) {
  return text.empty() ? "expected the name of a folder; '.' is the working directory" : "";
}

std::string helpFooter(const CommandText& text) {
  std::string footer = "Examples:\n";
  for (const auto& example : text.examples) footer += fmt::format("  {}\n", example);
  auto codes = plus(text.exit_codes, {ExitCode::Ok, ExitCode::Usage, ExitCode::NoSpace});  // every answer needs room
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  footer += "\nExit codes:\n";
  for (const auto code : codes) footer += fmt::format("  {}  {}\n", statusOf(code), meaningOf(code));
  return footer;
}

CLI::App& addCommand(CLI::App& parent, const CommandText& text) {
  auto* command = parent.add_subcommand(text.name, text.sentence);
  command->footer(helpFooter(text) + "\nOptions for every command (--config, --set, --json, ...): tally --help");
  return *command;
}

std::vector<const CLI::App*> shownCommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

std::vector<std::string> namesOf(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const auto* command : commands) names.push_back(command->get_name());
  return names;
}

}  // namespace tally::cli
