#pragma once
// The whole command line: global options and all commands, and what is said when it can't be understood.

#include <CLI/CLI.hpp>

#include <string>

#include "app.hpp"

namespace tally::cli {

/// Fill `app` with everything that `tally --help` shows. `context` receives the values and the chosen action.
void buildCommandLine(CLI::App& app, Context& context);

/// One sentence for a command line that does not parse, with the nearest known name where there is one.
std::string describeUsageFault(const CLI::App& app, const CLI::ParseError& fault);

/// The command that was recognised last, as typed: "tally storage ls".
std::string commandPath(const CLI::App& app);

}  // namespace tally::cli
