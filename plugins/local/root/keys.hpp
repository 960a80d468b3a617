#pragma once
// Which keys can be names of files here.

#include <string_view>

namespace tally::local {

/// Whether the key is a name of the storage's own, or below one.
bool isReserved(std::string_view key);

/// Errors: InvalidArgument for a segment above 255 bytes.
void checkLengths(std::string_view key);

/// The host has checked the key already; what could leave the root is checked again where it would.
/// Errors: InvalidArgument.
void checkKey(std::string_view key);

}  // namespace tally::local
