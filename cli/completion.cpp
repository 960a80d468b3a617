#include "completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tally::cli {
namespace {

struct Word {
  std::string text, help;
  bool takes_value = false;
};

/// What may follow a command: its subcommands and options, and the options of all commands.
struct Node {
  std::string path;  ///< "" for the root, "storage ls" for a command
  std::vector<Word> commands, options;
};

std::string firstSentence(const std::string& text) { return text.substr(0, text.find(". ")); }

std::vector<Word> optionsOf(const CLI::App& app) {
  std::vector<Word> words;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) {
      words.push_back({"--" + name, firstSentence(option->get_description()), option->get_items_expected_max() != 0});
    }
  }
  return words;
}

void addNode(const CLI::App& app, const std::string& path, const std::vector<Word>& global, std::vector<Node>& nodes) {
  Node node{path, {}, optionsOf(app)};
  if (!path.empty()) {
    for (const auto& word : global) {
      const bool own =
          std::any_of(node.options.begin(), node.options.end(), [&](auto& o) { return o.text == word.text; });
      if (!own) node.options.push_back(word);
    }
  }
  const auto commands = app.get_subcommands(nullptr);
  for (const auto* command : commands) {
    node.commands.push_back({command->get_name(), firstSentence(command->get_description())});
  }
  nodes.push_back(std::move(node));
  for (const auto* command : commands) {
    addNode(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), global, nodes);
  }
}

std::vector<Node> nodesOf(const CLI::App& root) {
  std::vector<Node> nodes;
  addNode(root, "", optionsOf(root), nodes);
  return nodes;
}

/// Inside single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string wordsOf(const Node& node) {
  std::string words;
  for (const auto* list : {&node.commands, &node.options}) {
    for (const auto& word : *list) words += (words.empty() ? "" : " ") + word.text;
  }
  return words;
}

/// A shell function that prints the words after a path of commands, one branch a command.
std::string casesOf(const std::vector<Node>& nodes) {
  std::string cases;
  for (const auto& node : nodes) cases += fmt::format("    {}) words='{}' ;;\n", quoted(node.path), wordsOf(node));
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

// The same walk for bash and zsh: words that lengthen the path of commands are commands, the rest are arguments.
constexpr const char* kWalk = R"(  local path='' candidate word words='' skip=0
  for word in "${{typed[@]}}"; do
    if [ "$skip" = 1 ]; then skip=0; continue; fi
    case "$word" in
      {values}) skip=1; continue ;;
      -*) continue ;;
    esac
    candidate="${{path:+$path }}$word"
    case "$candidate" in
      {paths}) path="$candidate" ;;
    esac
  done
  case "$path" in
{cases}  esac
)";

std::string walk(const std::vector<Node>& nodes) {
  return fmt::format(kWalk, fmt::arg("values", valueOptions(nodes)), fmt::arg("paths", pathPattern(nodes)),
                     fmt::arg("cases", casesOf(nodes)));
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

}  // namespace

std::string bashCompletion(const CLI::App& root) {
  return "# bash completion for tally. Use: source <(tally completion bash)\n_tally() {\n"
         "  local typed=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\") current=\"${COMP_WORDS[COMP_CWORD]}\"\n" +
         walk(nodesOf(root)) +
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\ncomplete -o default -F _tally tally\n";
}

std::string zshCompletion(const CLI::App& root) {
  return "#compdef tally\n# zsh completion for tally. Use: source <(tally completion zsh)\n_tally() {\n"
         "  local -a typed\n  typed=(\"${(@)words[2,CURRENT-1]}\")\n" +
         walk(nodesOf(root)) +
         "  compadd -- ${=words}\n  [[ $PREFIX == -* ]] || _files\n"
         "}\ncompdef _tally tally\n";
}

std::string fishCompletion(const CLI::App& root) {
  std::string script = "# fish completion for tally. Use: tally completion fish | source\n";
  for (const auto& node : nodesOf(root)) {
    const auto condition = quoted(fishCondition(node));
    for (const auto& command : node.commands) {
      script += fmt::format("complete -c tally -n {} -a {} -d {}\n", condition, command.text, quoted(command.help));
    }
    for (const auto& option : node.options) {
      script += fmt::format("complete -c tally -n {} -l {} {}-d {}\n", condition, option.text.substr(2),
                            option.takes_value ? "-r " : "", quoted(option.help));
    }
  }
  return script;
}

}  // namespace tally::cli
