#pragma once
// Fencing tokens: of a stream that has one, the service refuses changes that name another.

#include <string>
#include <string_view>

#include "s2/records/record.hpp"

namespace tally::s2 {

inline constexpr std::string_view kFenceCommand = "fence";  ///< the value of a header without name
inline constexpr std::size_t kMaxTokenBytes = 36;

/// A token that nobody else has, with as much of the owner's name in it as there is room for.
std::string tokenOf(std::string_view owner);
/// The name in a token; the whole of one that is not ours.
std::string_view ownerOf(std::string_view token) noexcept;

/// Sets a stream's token; an empty one sets it free.
NewRecord fenceRecord(std::string_view token);

}  // namespace tally::s2
