#pragma once
// Completion scripts for shells, made from the tree of commands, so that they never lag behind it.

#include <CLI/CLI.hpp>

#include <string>

namespace tally::cli {

std::string bashCompletion(const CLI::App& root);
std::string zshCompletion(const CLI::App& root);
std::string fishCompletion(const CLI::App& root);

}  // namespace tally::cli
