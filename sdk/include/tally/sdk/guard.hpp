#pragma once
// The way of an error from an adapter's method to the host: a code and a text. The only try and catch on the author's
// side. Built with -fno-exceptions, what TALLY_THROW noted during the call takes the same way.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>

#include "tally/error.hpp"
#include "tally/plugin_abi.h"
#include "tally/sdk/config.hpp"

#if defined(__cpp_exceptions) && defined(__cpp_rtti) && __has_include(<cxxabi.h>)
#include <cxxabi.h>
#define TALLY_DETAIL_NAMES_TYPES
#endif

namespace tally::sdk::detail {

/// Cut at a code point, so that a shortened text is still UTF-8.
inline std::size_t cutUtf8(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return text.size();
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80) --limit;
  return limit;
}

inline void fillError(tally_error* out, const Error& error) noexcept {
  if (out == nullptr || !TALLY_HAS(out, tally_error, message)) return;
  const std::string_view text = error.message();
  const std::size_t size = cutUtf8(text, sizeof(out->message));
  out->flags = error.retryable() ? TALLY_ERROR_RETRYABLE : 0;
  out->retry_after_ns = error.retryAfter().count();
  out->backend_code = error.backendCode();
  out->system_errno = error.systemErrno();
  out->message_size = static_cast<std::uint32_t>(size);
  std::memcpy(out->message, text.data(), size);
  if (size == text.size()) return;
  out->flags |= TALLY_ERROR_TRUNCATED;
  if (host == nullptr || !TALLY_HAS(host, tally_host, error_detail) || host->error_detail == nullptr) return;
  const tally_str whole{text.data(), text.size()};
  host->error_detail(host->self, out, &whole);
}

inline std::int32_t report(tally_error* out, const Error& error) noexcept {
  fillError(out, error);
  const auto code = static_cast<std::int32_t>(error.code());
  return code < 0 && code > -100 ? code : TALLY_E_INTERNAL;
}

#ifdef __cpp_exceptions

/// A sink of the host said stop; its code is the answer of the call.
struct SinkStopped {
  std::int32_t code;
};

[[noreturn]] inline void stopAt(std::int32_t code) { throw SinkStopped{code}; }

/// Whether the running call has noted an error. With exceptions nobody gets to ask.
constexpr bool failed() noexcept { return false; }

/// The type of what is being caught, as its source calls it where that is known; else `otherwise`.
inline std::string caughtType(const char* otherwise) {
#ifdef TALLY_DETAIL_NAMES_TYPES
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return otherwise;  // of another language
  int status = 0;
  char* const name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string result = name == nullptr ? type->name() : name;
  std::free(name);
  return result;
#else
  return otherwise;
#endif
}

inline Error fault(const char* otherwise, const char* text) {
  return Error(ErrorCode::PluginFault, "the plugin threw " + caughtType(otherwise) + ": " + text);
}

/// Run `body`; whatever it throws becomes a code and a text.
template <typename Body>
TALLY_DETAIL_INLINE inline std::int32_t guarded(tally_error* error, Body&& body) noexcept {
  try {
    body();
    return TALLY_OK;
  } catch (const SinkStopped& stopped) {
    return stopped.code;
  } catch (const Error& thrown) {
    return report(error, thrown);
  } catch (const std::bad_alloc&) {
    return report(error, Error(ErrorCode::Exhausted, "out of memory"));
  } catch (const std::exception& thrown) {
    return report(error, fault("a std::exception", thrown.what()));
  } catch (...) {
    return report(error, fault("something", "not a std::exception"));
  }
}

#else

inline void stopAt(std::int32_t code) { TALLY_THROW(Error(static_cast<ErrorCode>(code), "the reader stopped")); }

inline bool failed() noexcept { return tally::detail::noted != nullptr && tally::detail::noted->has_value(); }

/// Run `body`; the first error that it notes becomes a code and a text.
template <typename Body>
std::int32_t guarded(tally_error* error, Body&& body) noexcept {
  std::optional<Error> first;
  auto* const outer = tally::detail::noted;
  tally::detail::noted = &first;
  body();
  tally::detail::noted = outer;
  return first ? report(error, *first) : TALLY_OK;
}

#endif

}  // namespace tally::sdk::detail
