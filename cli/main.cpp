// The command `tally`: parse, run the chosen action, and turn whatever goes wrong into one line and a status.

#include <algorithm>
#include <csignal>
#include <string_view>

#include "command_line.hpp"
#include "failure.hpp"

namespace {

using namespace tally::cli;

/// Help and version are answers, every other parse error is a wrong usage.
int answerParse(const CLI::App& app, const CLI::ParseError& fault, Context& context) {
  if (dynamic_cast<const CLI::CallForHelp*>(&fault) != nullptr) {
    context.out.write(app.help());
  } else if (dynamic_cast<const CLI::CallForVersion*>(&fault) != nullptr) {
    context.out.line(fault.what());
  } else {
    throw UsageError(describeUsageFault(app, fault), "'" + commandPath(app) + " --help' shows how");
  }
  context.out.flush();
  return statusOf(ExitCode::Ok);
}

int run(int argc, char** argv, Context& context) {
  // A faulty command line may stop the parser before it comes to --json; the error has to be JSON all the same.
  const bool wants_json = std::any_of(argv + 1, argv + argc, [](std::string_view word) { return word == "--json"; });
  CLI::App app;
  app.name("tally");
  buildCommandLine(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    context.options.json = wants_json;
    return answerParse(app, fault, context);
  }
  const auto status = context.action();
  context.out.flush();
  return statusOf(status);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is seen by write
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
  Context context;
  try {
    return run(argc, argv, context);
  } catch (...) {
    return reportFailure(context);
  }
}
