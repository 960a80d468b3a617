#pragma once
// What the commands that follow something share: until when, and how they end.

#include <functional>
#include <string>

#include "app.hpp"
#include "commands/command.hpp"
#include "interrupt.hpp"
#include "tally/extensions/follow.hpp"

namespace tally::cli {

struct FollowingOptions {
  std::string cursor, wait;
  bool from_end = false;
};

void addFollowingOptions(CLI::App& command, FollowingOptions& options);

/// The exit codes of such a command.
std::vector<ExitCode> followingExitCodes();

/// One thing to follow. Both print; `next` returns what it met.
struct Followed {
  std::function<FollowEvent(const Call&)> next;
  std::function<std::string()> cursor;
};

/// Go on until a signal asks to stop (its status), or until nothing new came for as long as --wait says (Ok); each
/// piece goes out as it comes. However it ends, a note says where another command can go on: behind the last piece that
/// went out whole.
ExitCode followToTheEnd(Context& context, const Interrupt& interrupt, const FollowingOptions& options,
                        const Followed& followed);

/// Say of an event without data what it means.
void noteEvent(Context& context, FollowEvent event, const std::string& what);

/// "reset" or "removed".
std::string nameOfEvent(FollowEvent event);

}  // namespace tally::cli
