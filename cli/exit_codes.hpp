#pragma once
// What the exit status of the command says. Scripts rely on these numbers; they never change.

#include <string_view>

#include "tally/error.hpp"

namespace tally::cli {

enum class ExitCode {
  Ok = 0,
  Failed = 1,       ///< the thing asked for failed or differs
  Usage = 2,        ///< the command line makes no sense
  Config = 3,       ///< the configuration is missing or wrong
  Plugin = 4,       ///< the backend's plugin can't be loaded, or breaks its contract
  Unavailable = 5,  ///< the backend does not answer in time
  Permission = 6,   ///< known, but not allowed
  Data = 7,         ///< stored or given data is damaged or invalid
  NoSpace = 8,      ///< disk or quota is full
  Verdict = 9,      ///< a report was shown, and its verdict is what --fail-on named

  // A command that takes long was asked to stop, and did: 128 and the number of the signal.
  HungUp = 129,       ///< the terminal is gone
  Interrupted = 130,  ///< Ctrl-C
  Terminated = 143,   ///< kill, or the system goes down
};

constexpr int statusOf(ExitCode code) noexcept { return static_cast<int>(code); }

/// What a status means, in a few words for help texts.
constexpr std::string_view meaningOf(ExitCode code) noexcept {
  switch (code) {
    case ExitCode::Ok: return "done";
    case ExitCode::Failed: return "what was asked for failed, is not there or differs";
    case ExitCode::Usage: return "wrong usage";
    case ExitCode::Config: return "the configuration is missing or wrong";
    case ExitCode::Plugin: return "the backend's plugin can't be loaded, or breaks its contract";
    case ExitCode::Unavailable: return "the backend is unavailable or too slow";
    case ExitCode::Permission: return "not permitted or not authenticated";
    case ExitCode::Data: return "data is corrupt or invalid, or --strict met findings";
    case ExitCode::NoSpace: return "no space left";
    case ExitCode::Verdict: return "--fail-on met the verdict of the report";
    case ExitCode::HungUp: return "ended by SIGHUP";
    case ExitCode::Interrupted: return "ended by Ctrl-C";
    case ExitCode::Terminated: return "ended by SIGTERM";
  }
  return "unknown";
}

/// The exit status for an error. Everything about plugins is one status, everything about configuration another.
constexpr ExitCode exitCodeOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::InvalidId: return ExitCode::Usage;
    case ErrorCode::InvalidConfig:
    case ErrorCode::ConfigNotFound:
    case ErrorCode::ConfigSyntax:
    case ErrorCode::ConfigUnknownKey:
    case ErrorCode::ConfigUnsetVariable:
    case ErrorCode::ConfigMissingValue: return ExitCode::Config;
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
    case ErrorCode::Exhausted: return ExitCode::Unavailable;
    case ErrorCode::PermissionDenied:
    case ErrorCode::Unauthenticated:
    case ErrorCode::OutsideRoot: return ExitCode::Permission;
    case ErrorCode::Corrupt:
    case ErrorCode::InvalidDocument: return ExitCode::Data;
    case ErrorCode::NoSpace: return ExitCode::NoSpace;
    case ErrorCode::PluginFault: return ExitCode::Plugin;
    default: return static_cast<int>(code) <= -200 ? ExitCode::Plugin : ExitCode::Failed;
  }
}

}  // namespace tally::cli
