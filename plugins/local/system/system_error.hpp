#pragma once
// The one place where an errno becomes a tally::Error.

#include <string_view>

#include "tally/error.hpp"

namespace tally::local {

/// The error for `number`. `what` says what could not be done: "can't open the file".
Error systemError(int number, std::string_view what);

/// The error for a sync that failed after the change was already visible: OutcomeUnknown.
Error syncError(int number, std::string_view what);

}  // namespace tally::local
