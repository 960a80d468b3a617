#pragma once
// Text for terminals: how wide it is, how to cut it, and how to make stored text harmless.

#include <string>
#include <string_view>

namespace tally::cli {

/// Columns that UTF-8 text takes on a terminal. Combining marks take none, East Asian wide letters and emoji two.
int displayWidth(std::string_view text) noexcept;

bool isUtf8(std::string_view text) noexcept;

/// At most `width` columns of `text`, with an ellipsis when something is left out. Never cuts inside a character.
std::string cutToWidth(std::string_view text, int width);

/// `text` as one line: control characters, bidirectional overrides and bytes that are not UTF-8 become visible
/// escapes (\n, \x1b, \u{202e}), so that stored data can't drive a terminal.
std::string escaped(std::string_view text);

/// The same, but line feeds and tabs stay.
std::string escapedLines(std::string_view text);

/// `text` as one word of a shell.
std::string shellQuoted(std::string_view text);

/// `text` as one line with every run of blanks and line ends as one blank, then escaped. For summaries.
std::string squeezed(std::string_view text);

}  // namespace tally::cli
