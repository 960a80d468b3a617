#pragma once
// The tree of commands as completion sees it: which words may follow which.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace tally::cli {

/// A command, or an option.
struct Word {
  std::string text, help;
  bool takes_value = false;
  std::string choices{};  ///< the values it may have, with blanks between them; empty: anything
  std::string names{};    ///< or what `tally __names` is to be asked for
};

/// What may follow a command: its subcommands and options, and the options of all commands.
struct Node {
  std::string path;  ///< "" for the root, "storage ls" for a command
  std::vector<Word> commands, options;
  std::string choices{};             ///< of its arguments
  std::vector<std::string> names{};  ///< by argument, as with a word; "" where anything may stand
};

/// All commands that help shows, the root first.
std::vector<Node> nodesOf(const CLI::App& root);

/// The texts of words, with blanks between them.
std::string joined(const std::vector<Word>& words);

}  // namespace tally::cli
