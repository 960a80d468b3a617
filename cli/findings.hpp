#pragma once
// Findings of documents, as warnings for people and as JSON.

#include <vector>

#include "app.hpp"

namespace tally::cli {

/// One warning a finding, with the line where there is one.
void warnOf(Context& context, const std::vector<Finding>& findings);

/// [{kind, line, offset, detail}]
Json findingsJson(const std::vector<Finding>& findings);

/// Data when `strict` and there are any, else Ok.
ExitCode judge(const std::vector<Finding>& findings, bool strict);

}  // namespace tally::cli
