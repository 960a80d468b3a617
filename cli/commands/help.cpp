#include <algorithm>
#include <memory>

#include "commands/command.hpp"

namespace tally::cli {
namespace {

UsageError unknownCommand(const std::string& path, const std::vector<std::string>& known, const std::string& word) {
  auto message = known.empty() ? fmt::format("'{}' has no commands, and so no '{}'", path, word)
                               : fmt::format("unknown command '{}'", word);
  if (const auto near = nearestName(word, known); !near.empty()) message += fmt::format("; did you mean '{}'?", near);
  return UsageError(message, "'" + path + " --help' shows how");
}

/// What the command of these words prints to --help. Errors: UsageError with the nearest name for a command that is not
/// there.
std::string helpOf(const CLI::App& root, const std::vector<std::string>& words) {
  const auto* command = &root;
  std::string path;
  for (const auto& word : words) {
    path += (path.empty() ? "" : " ") + command->get_name();
    const auto known = shownCommands(*command);
    const auto next =
        std::find_if(known.begin(), known.end(), [&](const auto* one) { return one->get_name() == word; });
    if (next == known.end()) throw unknownCommand(path, namesOf(known), word);
    command = *next;
  }
  // The root would answer for the command that was typed, which is this one.
  if (command == &root) return root.get_formatter()->make_help(&root, root.get_name(), CLI::AppFormatMode::Normal);
  return command->help(path);
}

}  // namespace

void registerHelp(CLI::App& app, Context& context) {
  auto words = std::make_shared<std::vector<std::string>>();
  auto& command = addCommand(app, {"help",
                                   "Explain a command, as its --help does; without one, the whole.",
                                   {"tally help", "tally help show", "tally help storage group"},
                                   {}});
  command.add_option("COMMAND", *words, "The command, and the one below it if there are some")->type_name("");
  command.callback([&app, &context, words] {
    context.action = [&app, &context, words] {
      context.out.write(helpOf(app, *words));
      return ExitCode::Ok;
    };
  });
}

}  // namespace tally::cli
