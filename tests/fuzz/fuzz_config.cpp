// Configuration files.

#include <string_view>

#include "config/parse_config.hpp"
#include "fuzz/fuzz.hpp"
#include "tally/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tally::config::ParseInput input;
  input.file_name = "tally.yaml";
  input.base_dir = "/base";
  input.environment = [](const std::string& name) -> std::optional<std::string> {
    return name.size() % 2 == 0 ? std::optional<std::string>("value of " + name) : std::nullopt;
  };
  try {
    tally::config::parseConfig({reinterpret_cast<const char*>(data), size}, input);
  } catch (const tally::Error&) {
    return 0;
  }
  return 0;
}
