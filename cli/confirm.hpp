#pragma once
// The question before something is removed for good.

#include <string>

#include "app.hpp"

namespace tally::cli {

/// Ask on a terminal whether `what` may be removed from the store; anything but yes is a no, said in a note. With `yes`
/// nothing is asked. Errors: UsageError without `yes` where nobody can answer.
bool confirmed(Context& context, const std::string& what, bool yes);

}  // namespace tally::cli
