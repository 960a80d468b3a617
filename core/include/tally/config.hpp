#pragma once
// What tally.yaml says, read, checked and ready to use. No YAML type shows here.
//
// The file is found by walking up from the working directory, or named. ${VAR} and ${VAR:-default} are replaced
// inside values. Environment variables may override single values; a variable never changes a backend that it does
// not name. A broken file is an error, never a silent default; an unknown key is an error with line and column.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tally/api.hpp"

namespace tally {

/// Where a configuration value came from, for messages: "tally.yaml:4:12", "variable REDIS_URL", "default".
struct Origin {
  std::string source = "default";  ///< file name, "variable NAME", "option" or "default"
  int line = 0;                    ///< from 1; 0 when there is no line
  int column = 0;
  TALLY_API std::string toString() const;
};

/// One value for a plugin. YAML scalars are typed by YAML's own rules (plain `10` is an integer, quoted "10" text);
/// a key without a value is std::monostate and counts as not set.
struct OptionValue {
  using List = std::vector<std::string>;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List> value;
  Origin origin;
  /// A scalar as written, variables replaced. Text and path options take this, so that a password 0042 keeps its zeros.
  std::string text{};
};

/// The options of a backend by name; nested maps are joined by '.' ("retry.attempts").
using OptionMap = std::map<std::string, OptionValue>;

/// The `storage` section.
struct StorageConfig {
  std::string backend = "local";
  Origin backend_origin;
  /// Exactly one plugin file instead of a search, or empty (`storage.plugin.path`).
  std::filesystem::path plugin_path;
  /// `path` and `autoCreate`: shared names, handed to a plugin that publishes an option of that name.
  OptionMap shared;
  /// The sections named like backends; only that of `backend` goes to its plugin.
  std::map<std::string, OptionMap> sections;
};

/// The `plugins` section.
struct PluginsConfig {
  /// What a pinned hash promises. Normal: the file had it when it was looked at. Strict: every plugin file has a pin,
  /// and what is loaded is a sealed copy in memory that has it.
  enum class Pin { Normal, Strict };
  /// When a file is first loaded in a child process, so that a crash there is an error here: never, once for each
  /// state of the file, or each time.
  enum class Probe { Never, First, Always };
  std::vector<std::filesystem::path> search_path;  ///< absolute
  std::map<std::string, std::string> sha256;       ///< by backend name, lower-case hex
  Pin pin = Pin::Normal;
  Probe probe = Probe::First;
  bool allow_user_dir = false;  ///< also ~/.local/share/tally/plugins
  bool relaxed_trust = false;   ///< `trust: relaxed`, for developers
};

TALLY_API std::string_view nameOf(PluginsConfig::Pin pin) noexcept;
TALLY_API std::string_view nameOf(PluginsConfig::Probe probe) noexcept;

/// The `defaults` section: for programs that run agents. The core reads and checks it, as the two below, and obeys
/// none.
struct DefaultsConfig {
  std::optional<std::string> model;  ///< name of the model
  double temperature = 0;            ///< of its sampling, 0 to 2
  std::int64_t max_retries = 3;      ///< further tries after a failed request, at least 0
};

/// The `trajectories` section: for programs that simulate conversations.
struct TrajectoriesConfig {
  std::int64_t max_turns = 50;  ///< turns after which a conversation is ended, at least 1
  bool generate_logs = false;   ///< also keep a log of each
  /// Equal steps in a row that count as a loop, at least 1 (`loopDetection.maxConsecutiveSameStep`).
  std::int64_t max_consecutive_same_step = 3;
};

/// The `evaluation` section: for programs that evaluate conversations.
struct EvaluationConfig {
  std::int64_t parallelism = 4;     ///< evaluations at one time, at least 1
  std::int64_t timeout_ms = 30000;  ///< for each, in milliseconds, at least 0
};

struct Config {
  std::filesystem::path file;      ///< the file read, absolute; empty when there is none
  std::filesystem::path base_dir;  ///< what relative paths are relative to: the file's folder, else the start folder
  StorageConfig storage;
  PluginsConfig plugins;
  DefaultsConfig defaults;
  TrajectoriesConfig trajectories;
  EvaluationConfig evaluation;
  /// Where each value that is not a default came from, by dotted key ("storage.redis.url"), for `tally config show`;
  /// and where the sections of backends begin in the file ("storage.redis").
  std::map<std::string, Origin> origins;
};

/// Where to look for the configuration. The members are there so that tests and embedders decide, not the process.
struct ConfigSource {
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;

  std::filesystem::path file;       ///< named file; empty: TALLY_CONFIG, else walk up from `start_dir`
  std::filesystem::path start_dir;  ///< empty: the working directory
  Environment environment;          ///< empty: the process's own
  /// Values that win over file and environment, by dotted key: {"storage.backend", "redis"}.
  std::vector<std::pair<std::string, std::string>> overrides;
};

/// Read and check the configuration. Without a file the defaults hold.
/// Errors: ConfigNotFound, PermissionDenied, ConfigSyntax, ConfigUnknownKey, InvalidConfig, ConfigUnsetVariable; each
/// names file, line and column, what was found, what is allowed, and the nearest known name. Nothing is written.
/// InvalidConfig also where a file that was found, not named, speaks of plugins and could have been written by another
/// user. Threads: any. Cost: one stat per folder walked up, one read.
TALLY_API Config loadConfig(const ConfigSource& source = {});

/// The name among `known` that is nearest to `given`, in upper or lower case; empty when none is near. Near is one
/// slip, in longer names two or three: a letter changed, added, left out, or swapped with its neighbour. Threads: any.
/// Cost: for each name of about its length, the product of both lengths.
TALLY_API std::string nearestName(std::string_view given, const std::vector<std::string>& known);

}  // namespace tally
