#pragma once
// `tally plugins inspect`.

#include <string>

#include "app.hpp"

namespace tally::cli {

/// Print what the plugin of that name, or in that file, says of itself. Runs none of its code.
ExitCode inspectPlugin(Context& context, const std::string& name);

}  // namespace tally::cli
