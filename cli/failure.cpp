#include "failure.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <new>

#include "files.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

struct Failure {
  ExitCode status = ExitCode::Failed;
  std::string message, hint;
  Json json;
};

/// What to do next, for errors whose text does not say it already. `configured`: the configuration could be loaded.
std::string_view hintFor(const Error& error, bool configured) noexcept {
  const auto code = error.code();
  switch (code) {
    case ErrorCode::ConfigNotFound: return "'tally init' with the same --config writes a commented one";
    case ErrorCode::InvalidConfig:
    case ErrorCode::ConfigMissingValue:
      return configured ? "'tally config show' shows each value and where it comes from" : "";
    case ErrorCode::PluginFault: return "the backend's plugin is at fault, not the command; tell its author";
    case ErrorCode::PluginNotFound: return "'tally plugins list' shows the backends there are";
    case ErrorCode::Unavailable: return "'tally plugins doctor' tries the backend step by step";
    case ErrorCode::Timeout: return "--timeout allows more time";
    case ErrorCode::Unauthenticated: return "'tally config show' shows which credentials are set, and where";
    case ErrorCode::Conflict: return "somebody else wrote in between; load again, then decide";
    case ErrorCode::OutcomeUnknown: return "it may have happened; look before trying again";
    case ErrorCode::IsADirectory:
      if (error.operation() != "remove") return "";
      return "--recursive removes a directory, 'tally storage ls' lists it";
    default: break;
  }
  const bool of_file = error.operation() == "inspect";  // maybe one that no name leads to; the text names the step
  return exitCodeOf(code) == ExitCode::Plugin && !of_file ? "'tally plugins doctor' shows every step of loading it"
                                                          : "";
}

Json describe(std::string_view code, std::string_view message) {
  return {{"code", code}, {"message", message}, {"operation", ""}, {"key", ""}, {"backend", ""}, {"retryable", false}};
}

Failure explain(const Error& error, bool configured) {
  return {exitCodeOf(error.code()), error.what(), std::string(hintFor(error, configured)), errorJson(error)};
}

/// What was printed before the failure still goes out; that this fails too is not worth a second report.
void flushQuietly(Output& out) noexcept {
  try {
    out.flush();
  } catch (...) {
    return;
  }
}

Failure explainCurrent(bool configured) {
  try {
    throw;
  } catch (const Error& error) {
    return explain(error, configured);
  } catch (const UsageError& error) {
    return {ExitCode::Usage, error.what(), error.hint, describe("Usage", error.what())};
  } catch (const std::bad_alloc&) {
    return {ExitCode::Failed, "out of memory", "", describe("Exhausted", "out of memory")};
  } catch (const std::filesystem::filesystem_error& error) {
    return explain(fileError(error.code().value(), "use", error.path1()), configured);
  } catch (const std::exception& error) {
    return {ExitCode::Failed, error.what(), "", describe("Internal", error.what())};
  }
}

}  // namespace

Json errorJson(const Error& error) {
  auto json = describe(nameOf(error.code()), error.message());
  json["operation"] = error.operation();
  json["key"] = error.key();
  json["backend"] = error.backend();
  json["retryable"] = error.retryable();
  return json;
}

int reportFailure(Context& context) noexcept try {
  const auto failure = explainCurrent(context.configured());
  flushQuietly(context.out);
  if (context.options.json) {
    auto error = failure.json;
    error["hint"] = failure.hint;
    error["exitCode"] = statusOf(failure.status);
    writeError(jsonText({{"error", error}}) + "\n");
  } else {
    writeError(fmt::format("tally: {}\n", escapedLines(failure.message)));
    if (!failure.hint.empty()) writeError(fmt::format("hint: {}\n", failure.hint));
  }
  return statusOf(failure.status);
} catch (const BrokenPipe&) {
  return statusOf(ExitCode::Ok);
} catch (...) {
  writeError("tally: a failure could not be described\n");
  return statusOf(ExitCode::Failed);
}

}  // namespace tally::cli
