#pragma once
// Findings of documents, as warnings for people and as JSON.

#include <vector>

#include "app.hpp"

namespace tally::cli {

/// One warning a finding, with the line where there is one.
void warnOf(Context& context, const std::vector<Finding>& findings);

/// What is wrong with the conversation's meta.json, which steps can be read without: breaches of its schema, and that
/// it is no JSON or can't be read. None where there is no such file. Errors: those that are not about this one file:
/// Unavailable, Timeout, Exhausted, Cancelled, Unauthenticated. Cost: one read.
std::vector<Finding> metaFindings(Context& context, const ConversationRef& conversation);

/// [{kind, line, offset, detail}]
Json findingsJson(const std::vector<Finding>& findings);

/// Data when `strict` and there are any, else Ok.
ExitCode judge(const std::vector<Finding>& findings, bool strict);

}  // namespace tally::cli
