// Notes of plugins.

#include <string_view>

#include "fuzz/fuzz.hpp"
#include "plugins/file/plugin_note.hpp"
#include "tally/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto note = tally::plugins::parseNote({reinterpret_cast<const char*>(data), size});
    tally::plugins::checkNote(note, "");
  } catch (const tally::Error&) {
    return 0;
  }
  return 0;
}
