#include "note_reader.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

namespace tally::conformance {

std::vector<std::string> abilitiesOf(const tally_plugin& plugin) {
  const auto note = nlohmann::json::parse(std::string_view(plugin.note.data, plugin.note.size));
  return note.value("extensions", std::vector<std::string>());
}

}  // namespace tally::conformance
