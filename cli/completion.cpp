#include "completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "completion_tree.hpp"

namespace tally::cli {
namespace {

/// Inside single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
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
      const auto where = quoted(node.path + ":" + option.text);
      if (!option.choices.empty()) cases += fmt::format("      {}) offer='{}' ;;\n", where, option.choices);
      if (!option.names.empty()) cases += fmt::format("      {}) names={} ;;\n", where, option.names);
    }
  }
  return cases;
}

/// Which argument is the name of something in the store.
std::string nameCasesOf(const std::vector<Node>& nodes) {
  std::string cases;
  for (const auto& node : nodes) {
    for (std::size_t i = 0; i < node.names.size(); ++i) {
      if (node.names[i].empty()) continue;
      cases += fmt::format("      {}) names={} ;;\n", quoted(fmt::format("{}:{}", node.path, i)), node.names[i]);
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
// follows an option with a value is that value; where nothing is offered for it, the shell completes files. It is not
// called `path`, which in zsh is where programs are searched.
constexpr const char* kWalk = R"sh(  local place='' candidate word option='' offer='' names='' conv='' count=0
  local -a store; store=()
  for word in "${{typed[@]}}"; do
    case "$word" in '~/'*) word="$HOME/${{word#*/}}" ;; esac
    if [ -n "$option" ]; then
      case "$option" in -c|--config|--set) store+=("$option" "$word") ;; esac
      option=''
      continue
    fi
    case "$word" in
      '') continue ;;
      {values}) option="$word"; continue ;;
      --*=) option="${{word%=}}"; continue ;;
      --config=*|--set=*) store+=("$word"); continue ;;
      -*) continue ;;
    esac
    candidate="${{place:+$place }}$word"
    case "$candidate" in
      {paths}) place="$candidate"; continue ;;
    esac
    [ "$count" -ne 0 ] || conv="$word"
    count=$((count + 1))
  done
  if [ -n "$option" ]; then
    case "$place:$option" in
{value_cases}    esac
  else
    case "$place:$current" in
{cases}    esac
    case "$place:$count${{current%%[!-]*}}" in
{name_cases}    esac
  fi
)sh";

std::string walk(const std::vector<Node>& nodes) {
  return fmt::format(kWalk, fmt::arg("values", valueOptions(nodes)), fmt::arg("paths", pathPattern(nodes)),
                     fmt::arg("value_cases", valueCasesOf(nodes)), fmt::arg("cases", casesOf(nodes)),
                     fmt::arg("name_cases", nameCasesOf(nodes)));
}

// bash takes '=' and ':' for words of their own, and hands words over with their quotes. What it wants back are words
// as they are to be typed, without what stands before the last of those.
constexpr const char* kBashBefore = R"sh(  local typed=() glued='' quote='' word current before piece
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [ "${#typed[@]}" -gt 0 ] && [[ -n $glued || $word =~ ^[:=]+$ ]]; then
      typed[${#typed[@]}-1]+="$word"
    else
      typed+=("$word")
    fi
    if [[ $word =~ ^[:=]+$ ]]; then glued=1 piece=''; else glued='' piece="$word"; fi
  done
  current="${typed[${#typed[@]}-1]}"
  typed=("${typed[@]:0:${#typed[@]}-1}")
  case "$current" in
    --*=*) typed+=("${current%%=*}="); current="${current#*=}" ;;
    [\"\']*) quote="${current:0:1}" ;;
  esac
  before="${current%"$piece"}"
  before="${before//[\\\"\']/}" current="${current//[\\\"\']/}"
  typed=("${typed[@]//[\\\"\']/}")
)sh";

constexpr const char* kBashAfter = R"sh(  COMPREPLY=()
  if [ -z "$names" ]; then
    COMPREPLY=($(compgen -W "$offer" -- "$current"))
    return
  fi
  while IFS= read -r word; do
    word="${word#"$before"}"
    if [ -z "$quote" ]; then
      printf -v word '%q' "$word"
      word="${word//:/\\:}"
      word="${word//=/\\=}"
    elif [[ $word == *"$quote"* ]]; then
      continue
    fi
    COMPREPLY+=("$word")
  done < <("${COMP_WORDS[0]}" "${store[@]}" __names -- "$names" "$current" "$conv" 2> /dev/null < /dev/null)
)sh";

constexpr const char* kZshBefore = R"sh(  local -a typed
  typed=("${(@Q)words[2,CURRENT-1]}")
  if [[ $PREFIX == --*=* ]]; then
    typed+=("${PREFIX%%=*}=")
    compset -P '*='
  fi
  local current="$PREFIX"
)sh";

constexpr const char* kZshAfter = R"sh(  if [[ -n $names ]]; then
    local -a found
    found=(${(f)"$("${(Q)words[1]}" "${store[@]}" __names -- "$names" "${(Q)PREFIX}" "$conv" 2> /dev/null < /dev/null)"})
    compadd -a found
  else
    compadd -- ${=offer}
    [[ -n $offer ]] || _files
  fi
)sh";

// __tally_names KIND DEPTH [ARGUMENT]: names of the store. DEPTH is how many words the command has, and the
// conversation of a run the one behind them; with ARGUMENT it answers whether just so many arguments were typed.
constexpr const char* kFishNames = R"sh(function __tally_names
  set -l tokens (commandline -opc)
  set -l store
  set -l typed
  set -l option ''
  for word in $tokens[2..-1]
    set word (string replace -r '^~/' "$HOME/" -- $word)
    if test -n "$option"
      contains -- $option -c --config --set; and set -a store $option $word
      set option ''
    else if contains -- $word VALUES
      set option $word
    else if string match -q -r -- '^--(config|set)=' $word
      set -a store $word
    else if not string match -q -- '-*' $word
      set -a typed $word
    end
  end
  if set -q argv[3]
    test (count $typed) -eq (math $argv[2] + $argv[3])
    return
  end
  set -l begin (string replace -r -- '^--[a-z-]+=' '' (commandline -ct) | string unescape)
  set -l conv $typed[(math $argv[2] + 1)]
  $tokens[1] $store __names -- $argv[1] "$begin" "$conv" 2> /dev/null < /dev/null
end
)sh";

std::string fishNames(const std::vector<Node>& nodes) {
  std::string script = kFishNames;
  auto values = valueOptions(nodes);
  std::replace(values.begin(), values.end(), '|', ' ');
  constexpr std::string_view kValues = "VALUES";
  return script.replace(script.find(kValues), kValues.size(), values);
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

std::size_t depthOf(const Node& node) {
  return static_cast<std::size_t>(std::count(node.path.begin(), node.path.end(), ' ')) + 1;
}

std::string fishOption(const Node& node, const std::string& condition, const Word& option) {
  const bool is_long = option.text.rfind("--", 0) == 0;
  std::string value;
  if (!option.choices.empty()) value = fmt::format("-x -a {} ", quoted(option.choices));
  if (!option.names.empty()) value = fmt::format("-x -a '(__tally_names {} {})' ", option.names, depthOf(node));
  if (value.empty() && option.takes_value) value = "-r ";
  return fmt::format("complete -c tally -n {} {} {} {}-d {}\n", condition, is_long ? "-l" : "-s",
                     option.text.substr(is_long ? 2 : 1), value, quoted(option.help));
}

std::string fishArguments(const Node& node) {
  std::string script;
  for (std::size_t i = 0; i < node.names.size(); ++i) {
    if (node.names[i].empty()) continue;
    const auto condition =
        fmt::format("{}; and __tally_names {} {} {}", fishCondition(node), node.names[i], depthOf(node), i);
    script += fmt::format("complete -c tally -n {} -f -a '(__tally_names {} {})'\n", quoted(condition), node.names[i],
                          depthOf(node));
  }
  return script;
}

}  // namespace

std::string bashCompletion(const CLI::App& root) {
  return std::string("# bash completion for tally. Use: source <(tally completion bash)\n_tally() {\n") + kBashBefore +
         walk(nodesOf(root)) + kBashAfter + "}\ncomplete -o default -F _tally tally\n";
}

std::string zshCompletion(const CLI::App& root) {
  return std::string("#compdef tally\n# zsh completion for tally. Use: source <(tally completion zsh)\n_tally() {\n") +
         kZshBefore + walk(nodesOf(root)) + kZshAfter + "}\ncompdef _tally tally\n";
}

std::string fishCompletion(const CLI::App& root) {
  const auto nodes = nodesOf(root);
  auto script = "# fish completion for tally. Use: tally completion fish | source\n" + fishNames(nodes);
  for (const auto& node : nodes) {
    const auto condition = quoted(fishCondition(node));
    for (const auto& command : node.commands) {
      script += fmt::format("complete -c tally -n {} -a {} -d {}\n", condition, command.text, quoted(command.help));
    }
    if (!node.choices.empty()) {
      script += fmt::format("complete -c tally -n {} -f -a {}\n", condition, quoted(node.choices));
    }
    script += fishArguments(node);
    for (const auto& option : node.options) script += fishOption(node, condition, option);
  }
  return script;
}

}  // namespace tally::cli
