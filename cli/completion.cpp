#include "completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "commands/command.hpp"

namespace tally::cli {
namespace {

struct Word {
  std::string text, help;
  bool takes_value = false;
  std::string choices{};  ///< the values it may have, with blanks between them; empty: anything
};

/// What may follow a command: its subcommands and options, and the options of all commands.
struct Node {
  std::string path;  ///< "" for the root, "storage ls" for a command
  std::vector<Word> commands, options;
  std::string choices{};  ///< of its arguments
};

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

std::vector<Word> optionsOf(const CLI::App& app) {
  std::vector<Word> words;
  for (const auto* option : app.get_options()) {
    const auto add = [&](const std::string& name) {
      words.push_back(
          {name, firstSentence(option->get_description()), option->get_items_expected_max() != 0, choicesOf(*option)});
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

void addNode(const CLI::App& app, const std::string& path, const std::vector<Word>& global, std::vector<Node>& nodes) {
  Node node{path, {}, optionsOf(app), argumentChoices(app)};
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

/// Inside single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string joined(const std::vector<Word>& list) {
  std::string words;
  for (const auto& word : list) words += (words.empty() ? "" : " ") + word.text;
  return words;
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

std::vector<Node> nodesOf(const CLI::App& root) {
  std::vector<Node> nodes;
  addNode(root, "", optionsOf(root), nodes);
  addHelpNodes(nodes);
  return nodes;
}

/// Options for a word that begins like one, else commands and what an argument may be.
std::string casesOf(const std::vector<Node>& nodes) {
  std::string cases;
  for (const auto& node : nodes) {
    const auto others = node.commands.empty() ? node.choices : joined(node.commands);
    cases += fmt::format("      {}:-*) offer='{}' ;;\n", quoted(node.path), joined(node.options));
    if (!others.empty()) cases += fmt::format("      {}:*) offer='{}' ;;\n", quoted(node.path), others);
  }
  return cases;
}

std::string valueCasesOf(const std::vector<Node>& nodes) {
  std::string cases;
  for (const auto& node : nodes) {
    for (const auto& option : node.options) {
      if (option.choices.empty()) continue;
      cases += fmt::format("      {}) offer='{}' ;;\n", quoted(node.path + ":" + option.text), option.choices);
    }
  }
  return cases;
}

/// Options that are followed by a value, as a pattern of the shell's case.
std::string valueOptions(const std::vector<Node>& nodes) {
  std::vector<std::string> names;
  for (const auto& node : nodes) {
    for (const auto& option : node.options) {
      if (option.takes_value) names.push_back(option.text);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return fmt::format("{}", fmt::join(names, "|"));
}

/// Names of all commands as a pattern, so that the path can be told from arguments.
std::string pathPattern(const std::vector<Node>& nodes) {
  std::vector<std::string> paths;
  for (const auto& node : nodes) {
    if (!node.path.empty()) paths.push_back(quoted(node.path));
  }
  return fmt::format("{}", fmt::join(paths, "|"));
}

// The same walk for bash and zsh: words that lengthen the path of commands are commands, the rest are arguments. What
// follows an option with a value is that value; where nothing is offered for it, the shell completes files.
constexpr const char* kWalk = R"(  local path='' candidate word option='' offer=''
  for word in "${{typed[@]}}"; do
    if [ "$word" = '=' ]; then continue; fi
    if [ -n "$option" ]; then option=''; continue; fi
    case "$word" in
      {values}) option="$word"; continue ;;
      -*) continue ;;
    esac
    candidate="${{path:+$path }}$word"
    case "$candidate" in
      {paths}) path="$candidate" ;;
    esac
  done
  if [ -n "$option" ]; then
    case "$path:$option" in
{value_cases}    esac
  else
    case "$path:$current" in
{cases}    esac
  fi
)";

std::string walk(const std::vector<Node>& nodes) {
  return fmt::format(kWalk, fmt::arg("values", valueOptions(nodes)), fmt::arg("paths", pathPattern(nodes)),
                     fmt::arg("value_cases", valueCasesOf(nodes)), fmt::arg("cases", casesOf(nodes)));
}

/// fish's condition that exactly the commands of `path` were typed so far.
std::string fishCondition(const Node& node) {
  if (node.path.empty()) return "__fish_use_subcommand";
  std::string condition;
  for (std::size_t begin = 0; begin <= node.path.size();) {
    const auto end = std::min(node.path.find(' ', begin), node.path.size());
    condition += (condition.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") +
                 node.path.substr(begin, end - begin);
    begin = end + 1;
  }
  if (!node.commands.empty()) {
    condition += "; and not __fish_seen_subcommand_from";
    for (const auto& command : node.commands) condition += " " + command.text;
  }
  return condition;
}

std::string fishOption(const std::string& condition, const Word& option) {
  const bool is_long = option.text.rfind("--", 0) == 0;
  const auto choices = option.choices.empty() ? std::string() : fmt::format("-x -a {} ", quoted(option.choices));
  const auto value = option.takes_value && choices.empty() ? "-r " : choices;
  return fmt::format("complete -c tally -n {} {} {} {}-d {}\n", condition, is_long ? "-l" : "-s",
                     option.text.substr(is_long ? 2 : 1), value, quoted(option.help));
}

}  // namespace

std::string bashCompletion(const CLI::App& root) {
  return "# bash completion for tally. Use: source <(tally completion bash)\n_tally() {\n"
         "  local typed=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\") current=\"${COMP_WORDS[COMP_CWORD]}\"\n" +
         walk(nodesOf(root)) +
         "  COMPREPLY=($(compgen -W \"$offer\" -- \"$current\"))\n"
         "}\ncomplete -o default -F _tally tally\n";
}

std::string zshCompletion(const CLI::App& root) {
  return "#compdef tally\n# zsh completion for tally. Use: source <(tally completion zsh)\n_tally() {\n"
         "  local -a typed\n  typed=(\"${(@)words[2,CURRENT-1]}\")\n  local current=\"$PREFIX\"\n" +
         walk(nodesOf(root)) +
         "  compadd -- ${=offer}\n  [[ -n $offer ]] || _files\n"
         "}\ncompdef _tally tally\n";
}

std::string fishCompletion(const CLI::App& root) {
  std::string script = "# fish completion for tally. Use: tally completion fish | source\n";
  for (const auto& node : nodesOf(root)) {
    const auto condition = quoted(fishCondition(node));
    for (const auto& command : node.commands) {
      script += fmt::format("complete -c tally -n {} -a {} -d {}\n", condition, command.text, quoted(command.help));
    }
    if (!node.choices.empty()) {
      script += fmt::format("complete -c tally -n {} -f -a {}\n", condition, quoted(node.choices));
    }
    for (const auto& option : node.options) script += fishOption(condition, option);
  }
  return script;
}

}  // namespace tally::cli
