#pragma once
// How a failed command says so: one line, a hint where it helps, and the exit status.

#include "app.hpp"

namespace tally::cli {

/// {code,message,operation,key,backend,retryable}
Json errorJson(const Error& error);

/// Report the exception that is being handled on standard error and return the exit status. With --json the report
/// is {"error":{code,message,operation,key,backend,retryable,hint,exitCode}}. Call inside a catch.
int reportFailure(Context& context) noexcept;

}  // namespace tally::cli
