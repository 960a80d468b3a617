#pragma once
// Changes one thing in JSON text and leaves all other bytes as they are. The text must be valid.

#include <optional>
#include <string>
#include <string_view>

namespace tally::detail {

/// The value of a top-level member, the last one where a name is doubled; nothing if absent.
std::optional<std::string_view> findMember(std::string_view object, std::string_view name);

/// Replace the value of a member, or add the member behind the last one, spaced like it. `value` is JSON.
void putMember(std::string& object, std::string_view name, std::string_view value);

/// Take out every member of that name, each with one comma. Cost: two passes, however many there are.
void dropMember(std::string& object, std::string_view name);

/// Without white space outside of strings, and so without line feeds.
std::string compacted(std::string_view text);

}  // namespace tally::detail
