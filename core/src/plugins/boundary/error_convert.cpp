#include "plugins/boundary/error_convert.hpp"

#include <algorithm>
#include <string>

#include "plugins/boundary/host_services.hpp"
#include "tally/path.hpp"

namespace tally::plugins {
namespace {

constexpr std::int32_t kLastCode = TALLY_E_INVALID_CONFIG;

// The two lists of codes are one.
static_assert(static_cast<int>(ErrorCode::InvalidArgument) == TALLY_E_INVALID_ARGUMENT);
static_assert(static_cast<int>(ErrorCode::NotFound) == TALLY_E_NOT_FOUND);
static_assert(static_cast<int>(ErrorCode::AlreadyExists) == TALLY_E_ALREADY_EXISTS);
static_assert(static_cast<int>(ErrorCode::Conflict) == TALLY_E_CONFLICT);
static_assert(static_cast<int>(ErrorCode::PermissionDenied) == TALLY_E_PERMISSION_DENIED);
static_assert(static_cast<int>(ErrorCode::Unauthenticated) == TALLY_E_UNAUTHENTICATED);
static_assert(static_cast<int>(ErrorCode::Unavailable) == TALLY_E_UNAVAILABLE);
static_assert(static_cast<int>(ErrorCode::Timeout) == TALLY_E_TIMEOUT);
static_assert(static_cast<int>(ErrorCode::Cancelled) == TALLY_E_CANCELLED);
static_assert(static_cast<int>(ErrorCode::Exhausted) == TALLY_E_EXHAUSTED);
static_assert(static_cast<int>(ErrorCode::TooLarge) == TALLY_E_TOO_LARGE);
static_assert(static_cast<int>(ErrorCode::Corrupt) == TALLY_E_CORRUPT);
static_assert(static_cast<int>(ErrorCode::Unsupported) == TALLY_E_UNSUPPORTED);
static_assert(static_cast<int>(ErrorCode::Closed) == TALLY_E_CLOSED);
static_assert(static_cast<int>(ErrorCode::Internal) == TALLY_E_INTERNAL);
static_assert(static_cast<int>(ErrorCode::PluginFault) == TALLY_E_PLUGIN_FAULT);
static_assert(static_cast<int>(ErrorCode::IsADirectory) == TALLY_E_IS_A_DIRECTORY);
static_assert(static_cast<int>(ErrorCode::NotADirectory) == TALLY_E_NOT_A_DIRECTORY);
static_assert(static_cast<int>(ErrorCode::NoSpace) == TALLY_E_NO_SPACE);
static_assert(static_cast<int>(ErrorCode::OutcomeUnknown) == TALLY_E_OUTCOME_UNKNOWN);
static_assert(static_cast<int>(ErrorCode::RangeNotSatisfied) == TALLY_E_RANGE_NOT_SATISFIED);
static_assert(static_cast<int>(ErrorCode::OutsideRoot) == TALLY_E_OUTSIDE_ROOT);
static_assert(static_cast<int>(ErrorCode::InvalidConfig) == TALLY_E_INVALID_CONFIG);

std::string messageOf(const tally_error& error) {
  if ((error.flags & TALLY_ERROR_TRUNCATED) != 0) {
    if (auto whole = takeErrorDetail(error); path::detail::isUtf8(whole) && !whole.empty()) return whole;
  }
  std::string text(error.message, std::min<std::size_t>(error.message_size, sizeof error.message));
  if (!path::detail::isUtf8(text)) return "the plugin gave a reason that is not UTF-8";
  return text;
}

}  // namespace

Error toError(std::int32_t code, const tally_error& error) {
  std::string text = messageOf(error);
  if (code > 0) {
    return Error(ErrorCode::PluginFault, "the plugin answered with the code " + std::to_string(code) +
                                             ", which means nothing (rule R4 of plugin_abi.h)");
  }
  if (code < kLastCode) {
    return Error(ErrorCode::Internal,
                 "code " + std::to_string(code) + " of a newer plugin interface" + (text.empty() ? "" : ": " + text));
  }
  const auto known = static_cast<ErrorCode>(code);
  if (text.empty()) text = std::string(nameOf(known)) + ", without a reason from the backend";
  Error result(known, std::move(text));
  result.retryable((error.flags & TALLY_ERROR_RETRYABLE) != 0);
  result.retryAfter(std::chrono::nanoseconds(std::max<std::int64_t>(error.retry_after_ns, 0)));
  result.backendCode(error.backend_code).systemErrno(error.system_errno);
  return result;
}

}  // namespace tally::plugins
