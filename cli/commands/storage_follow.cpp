#include <memory>

#include "ability.hpp"
#include "bytes.hpp"
#include "commands/command.hpp"
#include "following.hpp"
#include "text.hpp"

namespace tally::cli {
namespace {

struct FollowKeyOptions {
  std::string key;
  bool must_exist = false;
  FollowingOptions following;
};

/// A line of JSON for each event; else the bytes as they are, or harmless on a terminal.
void print(Context& context, const std::string& key, FollowEvent event, const std::string& bytes,
           const std::string& cursor) {
  if (!context.options.json) {
    context.out.write(context.out.isTerminal() ? escapedLines(bytes) : bytes);
    return noteEvent(context, event, escaped(key));
  }
  Json line = {{"event", event == FollowEvent::Data ? "data" : nameOfEvent(event)}};
  if (event == FollowEvent::Data) addBytes(line, bytes);
  line["cursor"] = cursor;
  context.printJson(line);
}

ExitCode follow(Context& context, const FollowKeyOptions& options) {
  const Interrupt interrupt;
  tally::FollowOptions how;
  how.from_end = options.following.from_end;
  how.cursor = options.following.cursor;
  how.must_exist = options.must_exist;
  const auto follower = abilityOf<Follow>(context).openFollower(options.key, how, context.call());
  const auto next = [&](const Call& call) {
    std::string bytes;
    FollowEvent event;
    {
      StringSink sink(bytes);
      event = follower->next(sink, 0, call);
    }
    if (event != FollowEvent::Nothing) print(context, options.key, event, bytes, follower->cursor());
    return event;
  };
  return followToTheEnd(context, interrupt, options.following, {next, [&] { return follower->cursor(); }});
}

}  // namespace

void registerStorageFollow(CLI::App& storage, Context& context) {
  auto options = std::make_shared<FollowKeyOptions>();
  auto& command = addCommand(
      storage,
      {"follow",
       "Print the bytes of an object, then what is appended to it, as it comes. Goes on "
       "until Ctrl-C. With --json each event is one line.",
       {"tally storage follow notes/log.txt --from-end", "tally storage follow notes/log.txt --wait 0s --json"},
       followingExitCodes()});
  command.add_option("KEY", options->key, "Key of the object, which need not be there yet")->required();
  command.add_flag("--must-exist", options->must_exist, "Fail if the object is not there yet");
  addFollowingOptions(command, options->following);
  command.callback([options, &context] { context.action = [options, &context] { return follow(context, *options); }; });
}

}  // namespace tally::cli
