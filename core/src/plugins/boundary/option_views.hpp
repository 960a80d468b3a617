#pragma once
// The options of an operation as their C structs, checked against the contract and against what the backend offers.

#include "tally/plugin_abi.h"
#include "tally/storage.hpp"

namespace tally::plugins {

/// Errors: InvalidArgument for options that exclude each other or mean nothing; Unsupported for one that is not among
/// `offered`.   Lifetime: views `options`.
tally_write_options viewOf(const WriteOptions& options, Capabilities offered);
tally_append_options viewOf(const AppendOptions& options, Capabilities offered);
tally_remove_options viewOf(const RemoveOptions& options) noexcept;

}  // namespace tally::plugins
