#pragma once
// What every command shares: the global options, standard output, the configuration and the store, each opened
// only when a command asks for it.

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exit_codes.hpp"
#include "output.hpp"
#include "tally/tally.hpp"

namespace tally::cli {

/// A command line that parses but makes no sense. Exit status 2.
struct UsageError : std::runtime_error {
  explicit UsageError(const std::string& message, std::string next_step = "")
      : std::runtime_error(message), hint(std::move(next_step)) {}
  std::string hint;
};

struct GlobalOptions {
  std::string config_file;
  std::vector<std::string> overrides;  ///< KEY=VALUE
  bool json = false;
  bool no_color = false;
  std::optional<std::chrono::nanoseconds> timeout;
};

/// Not for several threads.
class Context {
 public:
  using Action = std::function<ExitCode()>;

  GlobalOptions options;
  Output out{1};
  /// What the parsed command line asks for; run by main after parsing.
  Action action;

  /// Errors: those of loadConfig. Cost: read once.
  const Config& config();
  /// Whether it was loaded.
  bool configured() const noexcept { return config_.has_value(); }
  /// The same without reading anything: where a command works without a valid file.
  ConfigSource configSource() const;
  /// Errors: those of createStorage. Cost: opened once.
  TallyStore& store();
  IStorage& storage() { return store().storage(); }
  /// The frame of the next storage call: --timeout counts anew for each.
  Call call() const { return options.timeout ? Call::within(*options.timeout) : Call(); }
  /// The folder the store is in, where the backend keeps one. Not looked at: it may not exist.
  std::optional<std::filesystem::path> folder();
  /// The store in words, for messages: "local store in /x/.tally", and whether that folder is still to be made.
  std::string where();

  /// A command line on the same store, to be shown and pasted: quoted for a shell. What --set gave to options other
  /// than backend and path may be secret and is left to the reader.
  std::string commandLine(const std::vector<std::string>& words) const;

  /// Errors: NotFound with the nearest known id; InvalidId.
  ConversationRef conversation(const std::string& id);
  /// All conversations, or one page.
  std::vector<ConversationRef> conversations(const ListConversationsOptions& page = {});

  Style style() const;
  /// Lines on standard error, after everything printed so far. Notes and warnings are left out with --json, where
  /// the document says the same.
  void note(std::string_view text) { message("", text); }
  void warn(std::string_view text) { message("warning: ", text); }
  /// One JSON document as the whole answer.
  void printJson(const Json& document);

 private:
  void message(std::string_view prefix, std::string_view text);

  std::optional<Config> config_;
  std::optional<TallyStore> store_;
};

/// Write to standard error, as it is. Failures are ignored: there is no place left to report them.
void writeError(std::string_view text) noexcept;

/// JSON text of a document that may hold bytes which are not UTF-8.
std::string jsonText(const Json& document);

/// "2026-01-19T17:23:11Z"
std::string formatTime(std::chrono::system_clock::time_point time);
template <typename Duration>
std::string formatTime(std::chrono::time_point<std::chrono::system_clock, Duration> time) {
  return formatTime(std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
}

/// "5s", "250ms", "2m", "1h" or plain seconds; nothing if it is no duration.
std::optional<std::chrono::nanoseconds> parseDuration(std::string_view text);

}  // namespace tally::cli
