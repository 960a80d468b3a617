#pragma once
// What can go wrong, in one type. Every failure of the runtime is a tally::Error that says what was tried,
// on which key, by which backend, what that backend said, and whether trying again can help.

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tally/api.hpp"

namespace tally {

/// Why an operation gave up. Numbers never change and are never reused; codes from -1 to -99 may come from a
/// plugin and equal the TALLY_E_* constants of plugin_abi.h, codes below -99 are made by the host only.
/// "Absent", "unreachable", "refused" and "corrupt" are four different answers.
enum class ErrorCode : std::int32_t {
  InvalidArgument = -1,     ///< The caller's key, range or option breaks the contract. Nothing was tried.
  NotFound = -2,            ///< The object is not there. Not: the server is not there (Unavailable).
  AlreadyExists = -3,       ///< Exclusive creation met an object. Not: a stale version (Conflict).
  Conflict = -4,            ///< A condition on version or size does not hold; load again, then decide.
  PermissionDenied = -5,    ///< Known to the backend, but not allowed: file modes, ACL, token scope.
  Unauthenticated = -6,     ///< The backend does not accept the credentials at all.
  Unavailable = -7,         ///< The backend can't be reached or is not ready. Says nothing about the data.
  Timeout = -8,             ///< The deadline passed first.
  Cancelled = -9,           ///< The caller asked to stop.
  Exhausted = -10,          ///< Memory, descriptors, quota of requests. Not: disk space (NoSpace).
  TooLarge = -11,           ///< Above a limit of the backend; the message names the limit.
  Corrupt = -12,            ///< The stored bytes are not what they must be: torn, damaged, wrong type.
  Unsupported = -13,        ///< The backend does not offer this option or operation.
  Closed = -14,             ///< The storage was closed, or the process forked.
  Internal = -15,           ///< A bug, or a code this host does not know.
  PluginFault = -16,        ///< The plugin broke its contract, for instance it threw across the boundary.
  IsADirectory = -17,       ///< A file operation on a directory.
  NotADirectory = -18,      ///< A key below a plain file.
  NoSpace = -19,            ///< Disk, quota or server memory is full; the old value is intact.
  OutcomeUnknown = -20,     ///< It may or may not have happened. Never repeated blindly.
  RangeNotSatisfied = -21,  ///< The range begins behind the end of the object.
  OutsideRoot = -22,        ///< A symbolic link leads out of the store's folder.
  InvalidConfig = -23,      ///< A configuration value is missing, of the wrong type or out of range.

  ConfigNotFound = -100,       ///< The named configuration file does not exist.
  ConfigSyntax = -101,         ///< Not YAML.
  ConfigUnknownKey = -102,     ///< A key nobody reads; the message names the nearest known one.
  ConfigUnsetVariable = -103,  ///< ${VAR} without a value and without a default.
  ConfigMissingValue = -104,   ///< A required value is not set.
  InvalidId = -110,            ///< A conversation or run id that can't be a file name.
  InvalidDocument = -111,      ///< A document that breaks its schema was about to be written.

  PluginNotFound = -200,        ///< No such backend in any of the places searched.
  PluginNotAFile = -201,        ///< The name is taken by something that is not a regular file.
  PluginUntrustedPath = -202,   ///< File or folder could be changed by somebody else.
  PluginNotElf = -203,          ///< Not a shared library.
  PluginWrongMachine = -204,    ///< Built for another processor or word size.
  PluginTruncated = -205,       ///< Shorter than its own headers say: an incomplete copy.
  PluginNoNote = -206,          ///< A shared library, but no tally plugin.
  PluginNameMismatch = -207,    ///< The file says another name than it is called by.
  PluginWrongVersion = -208,    ///< Another major version of the plugin interface.
  PluginNeedsNewerHost = -209,  ///< Needs a minor version that this host does not have.
  PluginWrongPlatform = -210,   ///< Built for another C library.
  PluginHashMismatch = -211,    ///< Not the file that the configuration pins.
  PluginDisabled = -212,        ///< Switched off by the operator's manifest.
  PluginBadManifest = -213,     ///< The manifest beside the file is broken.
  PluginProbeFailed = -214,     ///< Crashed or hung when it was loaded in a child process.
  PluginLoadFailed = -215,      ///< The dynamic linker refused it; the message holds its reason.
  PluginNoEntry = -216,         ///< Exports no tally_plugin_entry_v1 of its own.
  PluginBadDescriptor = -217,   ///< The descriptor or a table behind it is garbage.
  PluginNoteDisagrees = -218,   ///< Descriptor and note tell different stories.
  PluginInitFailed = -219,      ///< The plugin's own init gave up.
};

/// The name of a code as written above, "NotFound" for instance. Unknown numbers are "Internal".
std::string_view nameOf(ErrorCode code) noexcept;

/// An error, thrown inside C++ and carried as code and text across the boundary. It owns all of its members. Secrets
/// never get into the text.
/// An adapter fills code, message and what the backend said; the host adds operation, key and backend, once.
class TALLY_API Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) { compose(); }

  ErrorCode code() const noexcept { return code_; }
  /// What happened, in one sentence, without operation and key.
  const std::string& message() const noexcept { return message_; }
  const std::string& backend() const noexcept { return backend_; }
  const std::string& operation() const noexcept { return operation_; }
  const std::string& key() const noexcept { return key_; }
  /// The same call may be repeated safely and may then succeed. Never true for OutcomeUnknown.
  bool retryable() const noexcept { return retryable_ && code_ != ErrorCode::OutcomeUnknown; }
  /// How long the backend asks to wait before a retry; zero when it did not say.
  std::chrono::nanoseconds retryAfter() const noexcept { return retry_after_; }
  /// errno, or 0. For logs only.
  int systemErrno() const noexcept { return system_errno_; }
  /// HTTP status or another number of the backend, or 0. For logs only.
  std::int64_t backendCode() const noexcept { return backend_code_; }
  /// "local: read conversations/a/meta.json: no such file"
  const char* what() const noexcept override { return text_.c_str(); }

  Error& retryable(bool yes) {
    retryable_ = yes;
    return *this;
  }
  Error& retryAfter(std::chrono::nanoseconds wait) {
    retry_after_ = wait;
    return *this;
  }
  Error& systemErrno(int number) {
    system_errno_ = number;
    return *this;
  }
  Error& backendCode(std::int64_t number) {
    backend_code_ = number;
    return *this;
  }
  /// Say where it happened; parts that are already known stay as they are.
  Error& at(std::string_view backend, std::string_view operation, std::string_view key) {
    if (backend_.empty()) backend_ = backend;
    if (operation_.empty()) operation_ = operation;
    if (key_.empty()) key_ = key;
    compose();
    return *this;
  }

 private:
  void compose() {
    text_.clear();
    if (!backend_.empty()) text_ += backend_ + ": ";
    if (!operation_.empty()) text_ += operation_ + (key_.empty() ? std::string() : " " + key_) + ": ";
    text_ += message_;
  }

  ErrorCode code_;
  bool retryable_ = false;
  int system_errno_ = 0;
  std::int64_t backend_code_ = 0;
  std::chrono::nanoseconds retry_after_{0};
  std::string message_, backend_, operation_, key_, text_;
};

/// For lambdas in the functions behind the C table: not inlined, they reach each captured argument through two
/// pointers, which costs more than the rest of the call.
#define TALLY_DETAIL_INLINE __attribute__((always_inline))

#ifdef __cpp_exceptions
/// How these headers report an error, and how code does that is also built with -fno-exceptions: it throws, or it notes
/// the error for the boundary, which reports the first one when the method has returned. So go on with `return {}`:
///   if (missing) { TALLY_THROW(tally::Error(tally::ErrorCode::NotFound, "no such object")); return {}; }
#define TALLY_THROW(...) throw __VA_ARGS__
#else
#define TALLY_THROW(...) ::tally::detail::note(__VA_ARGS__)

namespace detail {
/// Where the running call's first error is noted; set by the plugin boundary.
__attribute__((visibility("hidden"))) inline thread_local std::optional<Error>* noted = nullptr;

/// Outside of a call from the host there is nobody to tell: the program ends, as with an exception that nobody catches.
inline void note(const Error& error) {
  if (noted == nullptr) std::terminate();
  if (!noted->has_value()) noted->emplace(error);
}
}  // namespace detail
#endif

inline std::string_view nameOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidArgument: return "InvalidArgument";
    case ErrorCode::NotFound: return "NotFound";
    case ErrorCode::AlreadyExists: return "AlreadyExists";
    case ErrorCode::Conflict: return "Conflict";
    case ErrorCode::PermissionDenied: return "PermissionDenied";
    case ErrorCode::Unauthenticated: return "Unauthenticated";
    case ErrorCode::Unavailable: return "Unavailable";
    case ErrorCode::Timeout: return "Timeout";
    case ErrorCode::Cancelled: return "Cancelled";
    case ErrorCode::Exhausted: return "Exhausted";
    case ErrorCode::TooLarge: return "TooLarge";
    case ErrorCode::Corrupt: return "Corrupt";
    case ErrorCode::Unsupported: return "Unsupported";
    case ErrorCode::Closed: return "Closed";
    case ErrorCode::Internal: return "Internal";
    case ErrorCode::PluginFault: return "PluginFault";
    case ErrorCode::IsADirectory: return "IsADirectory";
    case ErrorCode::NotADirectory: return "NotADirectory";
    case ErrorCode::NoSpace: return "NoSpace";
    case ErrorCode::OutcomeUnknown: return "OutcomeUnknown";
    case ErrorCode::RangeNotSatisfied: return "RangeNotSatisfied";
    case ErrorCode::OutsideRoot: return "OutsideRoot";
    case ErrorCode::InvalidConfig: return "InvalidConfig";
    case ErrorCode::ConfigNotFound: return "ConfigNotFound";
    case ErrorCode::ConfigSyntax: return "ConfigSyntax";
    case ErrorCode::ConfigUnknownKey: return "ConfigUnknownKey";
    case ErrorCode::ConfigUnsetVariable: return "ConfigUnsetVariable";
    case ErrorCode::ConfigMissingValue: return "ConfigMissingValue";
    case ErrorCode::InvalidId: return "InvalidId";
    case ErrorCode::InvalidDocument: return "InvalidDocument";
    case ErrorCode::PluginNotFound: return "PluginNotFound";
    case ErrorCode::PluginNotAFile: return "PluginNotAFile";
    case ErrorCode::PluginUntrustedPath: return "PluginUntrustedPath";
    case ErrorCode::PluginNotElf: return "PluginNotElf";
    case ErrorCode::PluginWrongMachine: return "PluginWrongMachine";
    case ErrorCode::PluginTruncated: return "PluginTruncated";
    case ErrorCode::PluginNoNote: return "PluginNoNote";
    case ErrorCode::PluginNameMismatch: return "PluginNameMismatch";
    case ErrorCode::PluginWrongVersion: return "PluginWrongVersion";
    case ErrorCode::PluginNeedsNewerHost: return "PluginNeedsNewerHost";
    case ErrorCode::PluginWrongPlatform: return "PluginWrongPlatform";
    case ErrorCode::PluginHashMismatch: return "PluginHashMismatch";
    case ErrorCode::PluginDisabled: return "PluginDisabled";
    case ErrorCode::PluginBadManifest: return "PluginBadManifest";
    case ErrorCode::PluginProbeFailed: return "PluginProbeFailed";
    case ErrorCode::PluginLoadFailed: return "PluginLoadFailed";
    case ErrorCode::PluginNoEntry: return "PluginNoEntry";
    case ErrorCode::PluginBadDescriptor: return "PluginBadDescriptor";
    case ErrorCode::PluginNoteDisagrees: return "PluginNoteDisagrees";
    case ErrorCode::PluginInitFailed: return "PluginInitFailed";
  }
  return "Internal";
}

}  // namespace tally
