#pragma once
// One step on standard output.

#include "app.hpp"
#include "tally/documents.hpp"

namespace tally::cli {

Tone toneOf(const std::string& role);

/// Whole texts under a title.
void printFull(Context& context, const Step& step);
/// One line a message, in columns that do not depend on other steps; cut to the terminal.
void printLines(Context& context, const Step& step);

}  // namespace tally::cli
