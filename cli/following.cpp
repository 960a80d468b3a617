#include "following.hpp"

#include <fmt/format.h>

namespace tally::cli {

void addFollowingOptions(CLI::App& command, FollowingOptions& options) {
  command.add_flag("--from-end", options.from_end, "Only what comes from now on");
  command.add_option("--cursor", options.cursor, "Go on where a command before has ended")->type_name("CURSOR");
  command.add_option("--wait", options.wait, "End once nothing new came for so long; default: never")
      ->type_name("DURATION")
      ->check(checkDuration);
}

std::vector<ExitCode> followingExitCodes() {
  return plus(kStoreExitCodes, {ExitCode::Data, ExitCode::HungUp, ExitCode::Interrupted, ExitCode::Terminated});
}

ExitCode followToTheEnd(Context& context, const Interrupt& interrupt, const FollowingOptions& options,
                        const Followed& followed) {
  const auto wait = options.wait.empty() ? std::nullopt : parseDuration(options.wait);
  ExitCode status = ExitCode::Ok;
  auto printed = followed.cursor();  // behind what has gone out, not behind what was only read
  try {
    for (bool more = true; more;) {
      Call call = wait ? Call::within(*wait) : Call();
      call.cancel = interrupt.token();
      more = followed.next(call) != FollowEvent::Nothing || !wait;
      context.out.flush();
      printed = followed.cursor();
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Cancelled || !interrupt.requested()) {
      context.note(fmt::format("go on with --cursor {}", printed));
      throw;
    }
    status = interrupt.status();
  }
  context.note(fmt::format("go on with --cursor {}", printed));
  return status;
}

void noteEvent(Context& context, FollowEvent event, const std::string& what) {
  if (event == FollowEvent::Reset) context.warn(fmt::format("{} was replaced; it begins anew", what));
  if (event == FollowEvent::Removed) context.warn(fmt::format("{} was removed; waiting for it to come again", what));
}

std::string nameOfEvent(FollowEvent event) { return event == FollowEvent::Reset ? "reset" : "removed"; }

}  // namespace tally::cli
