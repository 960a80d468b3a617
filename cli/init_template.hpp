#pragma once
// The commented tally.yaml that `tally init` writes.

#include <optional>
#include <string>

#include "tally/plugin_info.hpp"

namespace tally::cli {

/// The text for a backend. With its note, every option it publishes stands there with its sentence and default.
std::string configurationTemplate(const std::string& backend, const std::optional<PluginNote>& note);

}  // namespace tally::cli
