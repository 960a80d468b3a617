#include "completion_tree.hpp"

#include <algorithm>
#include <utility>

#include "commands/command.hpp"

namespace tally::cli {
namespace {

std::string firstSentence(const std::string& text) { return text.substr(0, text.find(". ")); }

/// What CLI11 says of a value's type holds its choices: "TEXT:{bash,zsh,fish}".
std::string choicesOf(const CLI::Option& option) {
  const auto type = option.get_type_name();
  const auto begin = type.find('{');
  if (begin == type.npos) return "";
  auto choices = type.substr(begin + 1, type.find('}', begin) - begin - 1);
  std::replace(choices.begin(), choices.end(), ',', ' ');
  return choices;
}

/// What the help calls a value says whether it is the name of something in the store.
std::string namesOf(const std::string& value) {
  if (value == "CONV") return "conversations";
  return value == "RUN" ? "runs" : "";
}

std::vector<Word> optionsOf(const CLI::App& app) {
  std::vector<Word> words;
  for (const auto* option : app.get_options()) {
    const auto add = [&](const std::string& name) {
      words.push_back({name, firstSentence(option->get_description()), option->get_items_expected_max() != 0,
                       choicesOf(*option), namesOf(option->get_type_name())});
    };
    for (const auto& name : option->get_lnames()) add("--" + name);
    for (const auto& name : option->get_snames()) add("-" + name);
  }
  return words;
}

std::string argumentChoices(const CLI::App& app) {
  std::string choices;
  for (const auto* option : app.get_options()) {
    if (option->get_positional() && choices.empty()) choices = choicesOf(*option);
  }
  return choices;
}

std::vector<std::string> argumentNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    if (option->get_positional()) names.push_back(namesOf(option->get_name(true)));
  }
  return names;
}

void addNode(const CLI::App& app, const std::string& path, const std::vector<Word>& global, std::vector<Node>& nodes) {
  Node node{path, {}, optionsOf(app), argumentChoices(app), argumentNames(app)};
  if (!path.empty()) {
    for (const auto& word : global) {
      const bool own =
          std::any_of(node.options.begin(), node.options.end(), [&](auto& o) { return o.text == word.text; });
      if (!own) node.options.push_back(word);
    }
  }
  const auto commands = shownCommands(app);
  for (const auto* command : commands) {
    node.commands.push_back({command->get_name(), firstSentence(command->get_description())});
  }
  nodes.push_back(std::move(node));
  for (const auto* command : commands) {
    addNode(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), global, nodes);
  }
}

/// After `help` come the same words as without it.
void addHelpNodes(std::vector<Node>& nodes) {
  std::vector<Node> help;
  for (auto& node : nodes) {
    if (node.path == "help") node.choices = joined(nodes.front().commands);
    if (!node.path.empty() && !node.commands.empty())
      help.push_back({"help " + node.path, {}, {}, joined(node.commands)});
  }
  nodes.insert(nodes.end(), help.begin(), help.end());
}

}  // namespace

std::string joined(const std::vector<Word>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word.text;
  return text;
}

std::vector<Node> nodesOf(const CLI::App& root) {
  std::vector<Node> nodes;
  addNode(root, "", optionsOf(root), nodes);
  addHelpNodes(nodes);
  return nodes;
}

}  // namespace tally::cli
