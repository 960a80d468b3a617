#pragma once
// From a code and a tally_error back to a tally::Error.

#include "plugins/boundary/host_services.hpp"
#include "tally/error.hpp"
#include "tally/plugin_abi.h"

namespace tally::plugins {

/// Make an error struct ready to be filled by a plugin. Cost: a few stores; the text is not cleared.
inline void prepare(tally_error& error) noexcept {
  error.struct_size = TALLY_END_OF(tally_error, message);
  error.flags = 0;
  error.retry_after_ns = 0;
  error.backend_code = 0;
  error.system_errno = 0;
  error.message_size = 0;
  detailed_error = nullptr;
}

/// The Error for a non-zero answer. An unknown negative code is Internal and keeps its number in the text; a positive
/// one breaks the contract and is PluginFault.
Error toError(std::int32_t code, const tally_error& error);

}  // namespace tally::plugins
